from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import Conversations
from bot.memory.people import People
from bot.migrations.every_table import TABLES
from bot.migrations.upgrade import upgrade
from bot.reply import Message, Reply
from bot.storage.copying import CopyError, Sum, copy, holds_anything
from knowledge.database import create_engine, reading, writing
from knowledge.history import History
from knowledge.library import Library
from knowledge.sources import Sources

pytestmark = pytest.mark.engines("sqlite", "postgresql")

Live = Callable[[AsyncEngine, str], Awaitable[None]]
PEOPLE = ("ada", "bob", "cyd")


async def everything(engine: AsyncEngine, folder: Path) -> list[Any]:
    """Read all that is kept, by the ways that the coach reads it."""
    library = Library(engine)
    edition = await library.live()
    ids = [chunk.id async for chunk in library.texts(edition)]
    return [
        *[await People(engine, folder).export(user) for user in PEOPLE],
        edition,
        [(row, matrix.tolist()) async for row, matrix in library.index_rows(edition, "model")],
        [(chunk.id, chunk.quote) for chunk in await library.chunks(ids, "model")],
        await History(engine).latest(10),
        await Sources(engine).all(),
    ]


async def test_everything_is_copied_as_it_was(
    engine: AsyncEngine, target: AsyncEngine, live: Live, tmp_path: Path
) -> None:
    for user in PEOPLE:
        await live(engine, user)
    before = await everything(engine, tmp_path)

    rows = await copy(engine, target)

    assert await everything(target, tmp_path) == await everything(engine, tmp_path) == before
    assert set(rows) == {table.name for table in TABLES}
    # What passes by itself, between processes, need not be there.
    assert all(rows[name] for name in rows.keys() - {"leases", "duties", "erasures"})
    async with reading(target) as db:
        for table in TABLES:
            assert await db.scalar(select(func.count()).select_from(table)) == rows[table.name]


async def test_what_is_written_after_a_copy_gets_numbers_of_its_own(
    engine: AsyncEngine, target: AsyncEngine, live: Live
) -> None:
    await live(engine, "ada")
    await copy(engine, target)

    await live(target, "bob")

    async with reading(target) as db:
        assert list(await db.scalars(text("SELECT id FROM turns ORDER BY id"))) == [1, 2]


async def test_what_is_not_empty_is_left_as_it_is(
    engine: AsyncEngine, target: AsyncEngine, live: Live, tmp_path: Path
) -> None:
    await live(engine, "ada")
    await Conversations(target).add(Message("bob", "here", "Hello"), Reply("chat", "Hi"))
    before = await everything(target, tmp_path)

    with pytest.raises(CopyError, match=r"not empty \(rows in turns\)"):
        await copy(engine, target)

    assert await everything(target, tmp_path) == before


async def test_what_is_to_be_replaced_is_replaced_whole(
    engine: AsyncEngine, target: AsyncEngine, live: Live, tmp_path: Path
) -> None:
    await live(engine, "ada")
    await live(target, "bob")

    await copy(engine, target, replace=True)

    assert await everything(target, tmp_path) == await everything(engine, tmp_path)


@pytest.mark.engines("sqlite")
async def test_a_database_that_gives_back_something_else_is_not_trusted(
    engine: AsyncEngine, live: Live, tmp_path: Path
) -> None:
    await live(engine, "ada")
    cheat = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'cheat.db'}")
    await upgrade(cheat)
    async with writing(cheat) as db:
        await db.execute(
            text(
                "CREATE TRIGGER cheat AFTER INSERT ON facts BEGIN "
                "UPDATE facts SET private = NOT private WHERE id = new.id; END"
            )
        )

    with pytest.raises(CopyError, match="rows of facts"):
        await copy(engine, cheat)

    assert not await holds_anything(cheat)
    await cheat.dispose()


async def test_a_copy_is_one_state_of_what_is_written_meanwhile(
    engine: AsyncEngine, target: AsyncEngine, live: Live
) -> None:
    await live(engine, "ada")
    kept = Conversations(engine)

    async def write() -> None:
        for number in range(30):
            await kept.add(Message("bob", "here", str(number)), Reply("chat", "Hi"))

    rows, _ = await asyncio.gather(copy(engine, target), write())

    async with reading(target) as db:
        said = list(await db.scalars(text("SELECT text FROM turns WHERE user_id = 'bob' ORDER BY id")))
    assert said == [str(number) for number in range(len(said))]
    assert rows["turns"] == 1 + len(said)


def test_a_sum_knows_rows_in_whatever_order_and_how_often() -> None:
    one, other = (1, "a"), (2, "b")

    assert Sum().plus([one, other]) == Sum().plus([other]).plus([one])
    assert len({Sum(), Sum().plus([one]), Sum().plus([one, one]), Sum().plus([(1, b"a")])}) == 4
