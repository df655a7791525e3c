"""The databases on which what is kept must be kept."""

from __future__ import annotations

from itertools import count

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from tests.postgresql_server import Server

# What a test marked `both_engines` runs on.
ENGINES = ("sqlite", "postgresql")


class Databases:
    """Makes databases on a PostgreSQL server, each test's own."""

    def __init__(self, server: Server) -> None:
        """Use the server; it must run when a database is wanted."""
        self.server = server
        self._numbers = count()
        self._migrated = ""

    async def empty(self) -> str:
        """Make a database without tables; return its URL."""
        return self.server.url(await self._make("template0"))

    async def migrated(self) -> str:
        """Make a database with every table; return its URL."""
        # Migrated once and copied from then on, which is ten times as quick.
        if not self._migrated:
            template = await self._make("template0")
            engine = create_engine(self.server.url(template))
            await upgrade(engine)
            await engine.dispose()
            self._migrated = template
        return self.server.url(await self._make(self._migrated))

    async def _make(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        admin = create_async_engine(
            self.server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        async with admin.connect() as db:
            await db.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        await admin.dispose()
        return name
