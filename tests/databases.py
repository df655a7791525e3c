"""The databases on which what is kept must be kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import NullPool, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.migrations.every_table import TABLES
from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from knowledge.engines import SqliteEngine
from tests.postgresql_server import Server


class Databases:
    """Databases on a PostgreSQL server."""

    def __init__(self, server: Server) -> None:
        """Use the server; it must run when a database is wanted."""
        self.server = server
        self._numbers = count()
        self._kept = ""

    async def empty(self) -> str:
        """Make a database without tables; return its URL."""
        name = f"test_{next(self._numbers)}"
        admin = create_async_engine(
            self.server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        async with admin.connect() as db:
            await db.execute(text(f"CREATE DATABASE {name}"))
        await admin.dispose()
        return self.server.url(name)

    async def clean(self) -> str:
        """Return the URL of a database with every table and nothing in them; the last test's is emptied."""
        if self._kept:
            engine = create_engine(self._kept)
            names = ", ".join(table.name for table in TABLES)
            async with engine.begin() as db:
                await db.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
            await engine.dispose()
        else:
            self._kept = await self.empty()
            engine = create_engine(self._kept)
            await upgrade(engine)
            await engine.dispose()
        return self._kept


@contextmanager
def no_room(engine: AsyncEngine) -> Iterator[None]:
    """Let a SQLite file grow no further meanwhile."""

    def limit(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        cursor.close()

    assert isinstance(engine, SqliteEngine)
    for opened in (engine.sync_engine, engine.threads.engine):
        event.listen(opened, "checkout", limit)
    pages = 1  # SQLite takes it for the pages there are
    try:
        yield
    finally:
        pages = 2**31
