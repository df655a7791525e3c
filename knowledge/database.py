"""One SQL engine for everything that is remembered: SQLite here, PostgreSQL at scale."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, MetaData, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import DeclarativeBase

from knowledge.engines import SqliteEngine, open_postgresql, open_sqlite
from knowledge.outages import plain_outages
from knowledge.threads import Work

T = TypeVar("T")
_log = logging.getLogger(__name__)

# Constraints get names, so that a migration can change them on every engine.
_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# One state of the database for all that is read in a transaction, which SQLite gives by itself.
_READ_ONLY: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=_NAMING)


def create_engine(url: str | URL) -> AsyncEngine:
    """Open an engine; nothing is connected yet.

    Raises:
        DriverError: what speaks to this kind of database is not installed.

    """
    parsed = make_url(url)
    return open_sqlite(parsed) if parsed.get_backend_name() == "sqlite" else open_postgresql(parsed)


async def read(engine: AsyncEngine, work: Work[T]) -> T:
    """Do work that only reads, in a transaction; it sees one state and holds up nobody.

    Raises:
        StorageError: the database cannot be reached.

    """
    if isinstance(engine, SqliteEngine):
        with plain_outages():
            return await engine.threads.read(work)
    async with reading(engine) as db:
        return await db.run_sync(work)


async def write(engine: AsyncEngine, work: Work[T]) -> T:
    """Do work that writes, in a transaction; what it wrote is on disk when this returns.

    The work may be done twice, of which only once counts. On PostgreSQL many write at once; what
    must not, takes `hold`.

    Raises:
        StorageError: the database cannot be reached, or has no room; nothing was written.

    """
    if isinstance(engine, SqliteEngine):
        with plain_outages():
            return await engine.threads.write(work)
    async with writing(engine) as db:
        return await db.run_sync(work)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Begin a transaction as for `read`, for what goes on between its statements.

    Raises:
        StorageError: the database cannot be reached.

    """
    with plain_outages():
        async with engine.connect() as db:
            yield await db.execution_options(**_READ_ONLY[engine.dialect.name])


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Begin a transaction as for `write`, for what goes on between its statements.

    SQLite lets one writer in at a time, and whoever finds it busy sleeps and looks again: with
    two hundred at once, a write took 11 ms instead of 4. So those of one process queue.

    Raises:
        StorageError: the database cannot be reached, or has no room; nothing was written.

    """
    with plain_outages():
        async with _turn(engine), engine.begin() as db:
            yield db


def hold(db: Connection, name: str) -> None:
    """Wait until no other transaction, of any process, holds this name; let go with the transaction.

    For what is looked at before it is written, so that nobody writes in between. Take it before
    looking. SQLite has one writer at a time anyway.
    """
    if db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def scrub(engine: AsyncEngine) -> None:
    """Rewrite SQLite's file, so that nothing of what was deleted is in any file.

    secure_delete overwrites a row's bytes where the row lies, but not the copies that stay behind
    in the unused part of a page when rows move to another. PostgreSQL uses the space again by
    itself, in its own time; a server's files are its operator's.
    """
    if engine.dialect.name != "sqlite":
        return
    async with _turn(engine), engine.connect() as db:
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


def _turn(engine: AsyncEngine) -> AbstractAsyncContextManager[Any]:
    return engine.threads.turn if isinstance(engine, SqliteEngine) else nullcontext()
