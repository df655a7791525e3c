from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import RECALLED_TURNS, Conversations
from bot.migrations.upgrade import upgrade
from bot.reply import Message, Reply
from knowledge.database import Base, create_engine, read, reading, write, writing
from knowledge.engines import SqliteEngine

WRITERS = 50
TURNS = 20
PRIVATE = "what-nobody-may-find"


def database_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("test.db*")))


@pytest.mark.engines("sqlite", "postgresql")
async def test_migrations_make_the_very_tables_the_code_uses(engine: AsyncEngine) -> None:
    def difference(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
        tables = await connection.run_sync(lambda db: inspect(db).get_table_names())
        assert set(tables) == {*Base.metadata.tables, "alembic_version"}


@pytest.mark.engines("sqlite", "postgresql")
async def test_migrating_again_changes_nothing(engine: AsyncEngine) -> None:
    conversations = Conversations(engine)
    await conversations.add(Message("ada", "here", "Hello"), Reply("chat", "Hi"))

    await upgrade(engine)

    assert [turn.text for turn in await conversations.recall("ada", "here")] == ["Hello"]


async def test_of_a_messages_turns_the_first_stays_when_there_may_be_one_only(engine: AsyncEngine) -> None:
    async with writing(engine) as db:
        await db.execute(text("DROP INDEX ix_turns_message_id"))
        await db.execute(text("CREATE INDEX ix_turns_message_id ON turns (message_id)"))
        for table in ("leases", "duties", "erasures", "library_name"):
            await db.execute(text(f"DROP TABLE {table}"))
        await db.execute(text("UPDATE alembic_version SET version_num = '0006'"))
        for number, message_id in enumerate(["1", "1", "2", None, None]):
            await db.execute(
                text(
                    "INSERT INTO turns (user_id, channel_id, message_id, text, kind, answer, citations, "
                    "suggestions, created_at) "
                    "VALUES ('ada', 'here', :id, :text, 'chat', '', '[]', '[]', '2026-01-01 00:00:00')"
                ),
                {"id": message_id, "text": str(number)},
            )

    await upgrade(engine)

    assert [turn.text for turn in await Conversations(engine).recall("ada", "here")] == ["0", "2", "3", "4"]


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 30000),
        ("secure_delete", 1),
    ],
)
async def test_every_connection_is_durable_and_overwrites_what_it_deletes(
    engine: AsyncEngine, pragma: str, value: object
) -> None:
    async with reading(engine) as first, reading(engine) as second:
        assert await first.scalar(text(f"PRAGMA {pragma}")) == value
        assert await second.scalar(text(f"PRAGMA {pragma}")) == value
    assert await read(engine, lambda db: db.scalar(text(f"PRAGMA {pragma}"))) == value
    assert await write(engine, lambda db: db.scalar(text(f"PRAGMA {pragma}"))) == value


@pytest.mark.engines("sqlite", "postgresql")
async def test_fifty_writers_at_once_lose_nothing(engine: AsyncEngine) -> None:
    conversations = Conversations(engine)

    async def talk(user: str) -> None:
        for turn in range(TURNS):
            await conversations.add(Message(user, "here", f"{user} says {turn}"), Reply("chat", "Yes"))

    await asyncio.gather(*(talk(f"user-{n}") for n in range(WRITERS)))

    async with engine.connect() as db:
        rows = (await db.execute(text("SELECT user_id, text FROM turns ORDER BY id"))).all()
    assert len(rows) == WRITERS * TURNS
    for user in (f"user-{n}" for n in range(WRITERS)):
        said = [row.text for row in rows if row.user_id == user]
        assert said == [f"{user} says {turn}" for turn in range(TURNS)]
        recalled = await conversations.recall(user, "here")
        assert [turn.text for turn in recalled] == said[-RECALLED_TURNS:]


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_reader_sees_the_state_before_a_write_and_does_not_hold_it_up(engine: AsyncEngine) -> None:
    conversations = Conversations(engine)
    count = text("SELECT count(*) FROM turns")

    async with reading(engine) as reader:
        assert await reader.scalar(count) == 0
        await conversations.add(Message("ada", "here", "Hello"), Reply("chat", "Hi"))
        assert await reader.scalar(count) == 0
    async with reading(engine) as reader:
        assert await reader.scalar(count) == 1


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_failed_transaction_leaves_nothing_behind(engine: AsyncEngine) -> None:
    insert = text(
        "INSERT INTO gaps (id, user_id, question, created_at) VALUES (1, 'ada', 'why?', '2026-01-01')"
    )

    async def insert_twice() -> None:
        async with writing(engine) as db:
            await db.execute(insert)
            await db.execute(insert)

    with pytest.raises(IntegrityError):
        await insert_twice()

    async with engine.connect() as db:
        assert await db.scalar(text("SELECT count(*) FROM gaps")) == 0


def note(number: int) -> Callable[[Connection], object]:
    """Return work that writes a gap of this number."""
    query = text(
        "INSERT INTO gaps (id, user_id, question, created_at, wanted) "
        "VALUES (:id, 'ada', :said, '2026-01-01', false)"
    )
    return lambda db: db.execute(query, {"id": number, "said": f"{number}?"})


@pytest.mark.engines("sqlite", "postgresql")
async def test_what_fails_takes_nothing_along_that_is_written_at_once(engine: AsyncEngine) -> None:
    await write(engine, note(13))

    failures = await asyncio.gather(*(write(engine, note(n)) for n in range(20)), return_exceptions=True)

    assert [type(failure) for failure in failures if isinstance(failure, Exception)] == [IntegrityError]
    ids = text("SELECT id FROM gaps ORDER BY id")
    assert await read(engine, lambda db: list(db.scalars(ids))) == list(range(20))


async def test_what_waits_is_written_together(engine: AsyncEngine) -> None:
    assert isinstance(engine, SqliteEngine)
    commits: list[Connection] = []
    event.listen(engine.threads.engine, "commit", commits.append)

    await asyncio.gather(*(write(engine, note(n)) for n in range(20)))

    assert len(commits) < 5


async def test_what_nobody_waits_for_any_more_is_not_written(engine: AsyncEngine) -> None:
    async with writing(engine):
        gone, waiting = (asyncio.create_task(write(engine, note(n))) for n in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
    await waiting

    assert await read(engine, lambda db: list(db.scalars(text("SELECT id FROM gaps")))) == [2]


@pytest.mark.engines("sqlite", "postgresql")
async def test_foreign_keys_are_held(engine: AsyncEngine) -> None:
    with pytest.raises(IntegrityError):
        async with writing(engine) as db:
            await db.execute(text("INSERT INTO live (id, edition_id) VALUES (1, 99)"))


@pytest.mark.parametrize("length", [1, 1000])
async def test_deleted_text_is_gone_from_the_files_bytes(
    engine: AsyncEngine, tmp_path: Path, length: int
) -> None:
    conversations = Conversations(engine)
    message = Message("ada", "here", PRIVATE * length)
    await conversations.add(message, Reply("chat", "Noted"))
    await conversations.add(Message("bob", "here", "Hello"), Reply("chat", "Hi"))
    assert PRIVATE.encode() in database_bytes(tmp_path)

    assert await conversations.forget("ada", "here") == 1

    with sqlite3.connect(tmp_path / "test.db") as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    assert not busy
    left = database_bytes(tmp_path)
    assert PRIVATE.encode() not in left
    assert b"Hello" in left


async def test_what_was_written_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'again.db'}"
    for expected in range(3):
        engine = create_engine(url)
        await upgrade(engine)
        conversations = Conversations(engine)
        assert len(await conversations.recall("ada", "here")) == expected
        await conversations.add(Message("ada", "here", "Hello"), Reply("chat", "Hi"))
        await engine.dispose()
