"""What is kept of a person: all of it is shown, and none of it is left when it is deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.fleet import Fleet
from bot.memory.people import PERSONAL, People
from bot.memory.usage import Usage
from knowledge.database import Base, writing
from tests.lives import live_as

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MANY = 300
MANY_ON_A_SERVER = 30


@pytest.fixture
def people(engine: AsyncEngine, tmp_path: Path) -> People:
    return People(engine, tmp_path)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_every_table_with_a_user_in_it_is_known() -> None:
    with_a_user = {name for name, table in Base.metadata.tables.items() if "user_id" in table.columns}

    assert with_a_user == {each.key for each in PERSONAL}
    assert len(PERSONAL) == len(with_a_user)


async def test_an_export_holds_every_place_and_nobody_elses(
    engine: AsyncEngine, people: People, tmp_path: Path
) -> None:
    for user in ("ada", "bob"):
        await live_as(engine, tmp_path, user)

    kept = await people.export("ada")

    written = json.dumps(kept)
    assert "bob" not in written
    assert {name for name, rows in kept.items() if name != "user" and "ada" in json.dumps(rows)} == {
        *(each.key for each in PERSONAL),
        "typed",
    }
    [turn] = kept["turns"]
    assert turn["exchange"]["subject"] == "ada"
    assert datetime.fromisoformat(turn["created_at"]).tzinfo is not None


async def test_of_somebody_unknown_there_is_nothing(people: People) -> None:
    assert await people.count("ada") == await people.erase("ada") == {}


async def test_deleting_says_what_was_deleted(engine: AsyncEngine, people: People, tmp_path: Path) -> None:
    await live_as(engine, tmp_path, "ada")
    kept = await people.count("ada")

    assert set(kept.values()) == {1}
    assert len(kept) == len(PERSONAL) + 1
    assert await people.erase("ada") == kept
    assert await people.count("ada") == {}


async def test_of_whoever_goes_not_a_byte_is_left_and_the_others_stay_as_they_were(
    engine: AsyncEngine, people: People, tmp_path: Path
) -> None:
    many = MANY if engine.dialect.name == "sqlite" else MANY_ON_A_SERVER
    gone = [f"canary-{number:04}" for number in range(0, many, 3)]
    staying = [f"keeper-{number:04}" for number in range(many) if number % 3]
    # In this order and number, secure_delete alone leaves a copy behind: see `scrub`.
    for user in sorted((*gone, *staying), key=lambda name: name[-4:]):
        await live_as(engine, tmp_path, user)
    before = await exports(people, staying)
    assert b"canary-" in on_disk(tmp_path)

    for user in gone:
        await people.erase(user)

    left = on_disk(tmp_path)
    assert left.count(b"canary") == 0
    if engine.dialect.name == "sqlite":  # a server's files are its operator's
        assert (tmp_path / "test.db-wal").stat().st_size == 0
    assert [await people.count(user) for user in gone] == [{}] * len(gone)
    assert await exports(people, staying) == before


async def exports(people: People, users: Sequence[str]) -> list[object]:
    return [await people.export(user) for user in users]


async def test_deleting_oneself_is_no_way_round_the_days_tokens(
    engine: AsyncEngine, people: People, tmp_path: Path
) -> None:
    await live_as(engine, tmp_path, "ada")

    await people.erase("ada")

    assert await Usage(engine).today("ada") == 0
    assert await Usage(engine).today() == 12


async def test_what_is_old_goes_and_what_is_new_stays(
    engine: AsyncEngine, people: People, tmp_path: Path
) -> None:
    for user in ("ada", "bob"):
        await live_as(engine, tmp_path, user)
    old = datetime.now(UTC) - timedelta(days=181)
    async with writing(engine) as db:
        for each in PERSONAL:
            since = {each.since: old.date() if each.since == "day" else old}
            await db.execute(
                update(each.row).where(each.row.__table__.columns.user_id == "ada").values(since)
            )
    bob = await people.export("bob")

    duties = Fleet.of(engine).duties
    async with people.expiring(0, duties):
        assert (await people.export("ada"))["turns"]
    async with people.expiring(180, duties):
        kept = await people.export("ada")

    assert {name for name, rows in kept.items() if rows} == {"user", "typed"}
    assert await people.export("bob") == bob
    async with engine.connect() as db:
        assert await db.scalar(text("SELECT count(*) FROM turns")) == 1
