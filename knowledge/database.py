"""One SQL engine for everything that is remembered: SQLite here, PostgreSQL at scale."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, MetaData, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

_log = logging.getLogger(__name__)

# Constraints get names, so that a migration can change them on every engine.
_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# Whoever writes to an engine's database waits here for their turn.
_writers: WeakKeyDictionary[AsyncEngine, asyncio.Lock] = WeakKeyDictionary()


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=_NAMING)


def create_engine(url: str) -> AsyncEngine:
    """Open an engine; on SQLite every transaction is durable and writers queue.

    WAL lets readers go on during a write; synchronous=FULL keeps what was acknowledged
    through a power cut; BEGIN IMMEDIATE takes the write lock at once, so two writers
    wait for each other instead of failing half-way; secure_delete overwrites what is
    deleted.
    """
    # What is written there are people's words, which belong into no error's text.
    engine = create_async_engine(url, hide_parameters=True)
    if make_url(url).get_backend_name() == "sqlite":
        _prepare_sqlite(engine)
    return engine


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Begin a transaction that writes; those of one process queue for it.

    SQLite lets one writer in at a time, and whoever finds it busy sleeps and looks again: with
    two hundred at once, a write took 11 ms instead of 4.
    """
    async with _writers.setdefault(engine, asyncio.Lock()), engine.begin() as db:
        yield db


async def scrub(engine: AsyncEngine) -> None:
    """Rewrite SQLite's file, so that nothing of what was deleted is in any file.

    secure_delete overwrites a row's bytes where the row lies, but not the copies that stay behind
    in the unused part of a page when rows move to another. PostgreSQL sees to this by itself.
    """
    if engine.dialect.name != "sqlite":
        return
    async with _writers.setdefault(engine, asyncio.Lock()), engine.connect() as db:
        driver: Any = (await db.get_raw_connection()).driver_connection
        # Past SQLAlchemy, which would begin a transaction: within one, neither is possible.
        try:
            await driver.execute("VACUUM")
            [(busy, *_)] = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            _log.warning("What was deleted may be legible in the file until the next deletion: %s", error)
        else:
            if busy:
                _log.warning("What was deleted stays in the log until the next deletion, as it is in use")


def _prepare_sqlite(engine: AsyncEngine) -> None:
    # The driver's own transactions are switched off so that BEGIN IMMEDIATE is ours:
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")
