"""The database goes away, or has no room, and comes back: nothing that was acknowledged is lost."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import Conversations
from bot.memory.gaps import Gaps
from bot.reply import Message, Reply
from knowledge.database import create_engine, reading, writing
from knowledge.outages import StorageError
from tests.databases import Databases, no_room
from tests.discord_server.parrot import Parrot, backstage_of
from tests.postgresql_server import PASSWORD, Server

CANARY = "what-nobody-may-log"
LONG = CANARY * 5000


async def recalled(engine: AsyncEngine) -> list[str]:
    return [turn.text for turn in await Conversations(engine).recall("ada", "here")]


async def test_without_room_nothing_is_half_kept_and_later_all_is_well(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Conversations(engine)
    await kept.add(Message("ada", "here", "before"), Reply("chat", "Hi"))

    with no_room(engine):
        with pytest.raises(StorageError, match="disk of the database is full") as caught:
            await kept.add(Message("ada", "here", LONG), Reply("chat", "Hi"))
        assert await recalled(engine) == ["before"]
    await kept.add(Message("ada", "here", "after"), Reply("chat", "Hi"))

    assert caught.value.reason == "the disk is full"
    assert await recalled(engine) == ["before", "after"]
    assert "the disk is full" in caplog.text
    assert CANARY not in caplog.text + str(caught.value) + repr(caught.value.__cause__)


async def test_a_server_that_goes_and_comes_back(
    postgresql: Server, served: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = Conversations(served)
    await kept.add(Message("ada", "here", "before"), Reply("chat", "Hi"))

    postgresql.stop()
    try:
        for _ in range(2):  # on a connection that was open, and on a new one
            with pytest.raises(StorageError, match="can't get at my notes") as caught:
                await kept.add(Message("ada", "here", CANARY), Reply("chat", "Hi"))
            with pytest.raises(StorageError):
                await recalled(served)
    finally:
        postgresql.start()
    await kept.add(Message("ada", "here", "after"), Reply("chat", "Hi"))

    assert await recalled(served) == ["before", "after"]
    said = caplog.text + str(caught.value) + caught.value.reason
    assert "nobody answers at its address" in said
    assert PASSWORD not in said
    assert CANARY not in said


async def test_a_server_that_goes_in_the_middle_of_a_transaction(
    postgresql: Server, served: AsyncEngine
) -> None:
    gaps = Gaps(served)
    await gaps.add("ada", "before")

    async def interrupted() -> None:
        async with writing(served) as db:
            await db.execute(text("UPDATE gaps SET question = 'half'"))
            postgresql.stop()
            await db.execute(text("UPDATE gaps SET question = 'whole'"))

    try:
        with pytest.raises(StorageError):
            await interrupted()
    finally:
        postgresql.start()

    assert await gaps.questions() == ["before"]


async def test_a_person_is_told_and_the_next_message_is_answered(
    postgresql: Server, served: AsyncEngine
) -> None:
    coach = backstage_of(served, Parrot()).coach
    assert (await coach.reply(Message("ada", "here", "maths, first"))).kind == "answer"

    postgresql.stop()
    try:
        reply = await coach.reply(Message("ada", "here", "maths, again"))
    finally:
        postgresql.start()
    after = await coach.reply(Message("ada", "here", "maths, at last"))

    assert reply.kind == "error"
    assert "try again in a minute" in reply.text
    assert after.kind == "answer"
    assert await recalled(served) == ["maths, first", "maths, at last"]


async def test_a_person_is_told_when_there_is_no_room(engine: AsyncEngine) -> None:
    coach = backstage_of(engine, Parrot()).coach
    with no_room(engine):
        replies = [await coach.reply(Message("ada", str(n), f"maths {n} {'x' * 900}")) for n in range(30)]
    after = await coach.reply(Message("ada", "here", "maths, at last"))

    refused = [reply for reply in replies if reply.kind == "error"]
    assert refused
    assert "There is no room left" in refused[0].text
    assert after.kind == "answer"
    async with reading(engine) as db:
        kept = await db.scalar(text("SELECT count(*) FROM turns"))
    assert kept == len(replies) - len(refused) + 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda url: url.replace(PASSWORD, "another-canary"), "name or password"),
        (lambda url: url.replace("/test_", "/missing_"), "no such database"),
    ],
)
async def test_what_is_wrong_with_the_address_is_said_and_the_password_is_not(
    databases: Databases, caplog: pytest.LogCaptureFixture, change: Any, reason: str
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = create_engine(change(await databases.clean()))

    with pytest.raises(StorageError) as caught:
        async with reading(engine):
            pass

    assert reason in caught.value.reason
    assert "canary" not in caplog.text + str(caught.value) + caught.value.reason + repr(engine)
    await engine.dispose()


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_mistake_is_no_outage(engine: AsyncEngine) -> None:
    with pytest.raises(IntegrityError):
        async with writing(engine) as db:
            await db.execute(text("INSERT INTO live (id, edition_id) VALUES (1, 99)"))
    if engine.dialect.name == "postgresql":
        with pytest.raises(ProgrammingError):
            async with writing(engine) as db:
                await db.execute(text("SELECT nothing FROM nowhere"))


@pytest.mark.engines("sqlite", "postgresql")
async def test_no_error_shows_what_people_wrote(engine: AsyncEngine) -> None:
    statement = text("INSERT INTO feedback (message_id, user_id) VALUES (:said, :said)")
    with pytest.raises(IntegrityError) as caught:
        async with writing(engine) as db:
            await db.execute(statement, {"said": CANARY})

    assert CANARY not in str(caught.value)
