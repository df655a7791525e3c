"""Brings a database up to the newest tables, by Alembic, without a configuration file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge.database import hold, reading, writing


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The step a database was at and the one it is at now; "" is a database without tables."""

    before: str
    after: str


async def upgrade(engine: AsyncEngine) -> Upgrade:
    """Run the migrations that this database has not seen, all of them or none.

    Raises:
        CommandError: a newer coach has used the database; nothing was changed.
        StorageError: the database cannot be reached.

    """
    async with writing(engine) as db:
        await db.run_sync(hold, "migrations")
        before = await db.run_sync(_step)
        await db.run_sync(_upgrade)
        return Upgrade(before, await db.run_sync(_step))


async def step(engine: AsyncEngine) -> str:
    """Return the step a database is at."""
    async with reading(engine) as db:
        return await db.run_sync(_step)


def newest_step() -> str:
    """Return the step that `upgrade` leads to."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _step(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
