"""Backups: one file for all that is kept, made while the coach runs, and taken up again.

A backup is a SQLite database with the coach's tables, whichever engine the coach itself uses: one
form to make and to test, which can be looked into, and which any engine can be filled from.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.migrations.upgrade import step, upgrade
from bot.storage.copying import copy
from knowledge.database import create_engine, reading, scrub
from knowledge.errors import CoachError

_OURS_ALONE = 0o600


class BackupError(CoachError):
    """A backup cannot be made or used; the text says why and what to do. Nothing was changed."""


async def back_up(engine: AsyncEngine, path: Path) -> dict[str, int]:
    """Write all that is kept to a file; return how many rows, by table. The file is whole or not there.

    Raises:
        BackupError: there is such a file already, or it cannot be written.
        StorageError: the database cannot be reached, or there is no room for the file.

    """
    partial = await asyncio.to_thread(_begin, path)
    try:
        async with _opened(partial) as target:
            await upgrade(target)
            copied = await copy(engine, target)
        await asyncio.to_thread(_end, partial, path)
    finally:
        await asyncio.to_thread(_clear, partial)
    return copied


async def restore(path: Path, engine: AsyncEngine, folder: Path) -> dict[str, int]:
    """Put a backup in the place of all that is kept; return how many rows, by table.

    `folder` is for a copy of the file, as an old backup is brought up to date first. Either all of
    the backup is in the database when this returns, or the database is as it was. The index of the
    guides follows at the coach's next start.

    Raises:
        BackupError: the file is no backup that this coach can use, or a coach is at work.
        StorageError: the database cannot be reached, or has no room.

    """
    await _nobody_else(engine)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        copied = Path(place) / "backup.db"
        await asyncio.to_thread(_take, path, copied)
        async with _opened(copied) as source:
            if not await step(source):
                raise BackupError(f"“{path}” is no backup of the coach's: its tables are not there.")
            try:
                await upgrade(source)
            except CommandError as error:
                raise BackupError(
                    f"“{path}” was made by a newer career-coach. Update this one, then restore it."
                ) from error
            rows = await copy(source, engine, replace=True)
    await scrub(engine)
    return rows


async def _nobody_else(engine: AsyncEngine) -> None:
    """See that no coach is at work on a server; for a file, the data folder's lock sees to it."""
    if engine.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'career-coach' AND pid <> pg_backend_pid()"
    )
    async with reading(engine) as db:
        if await db.scalar(others):
            raise BackupError("A coach is at work on this database. Stop every one of them first.")


def _begin(path: Path) -> Path:
    """Make the file that becomes the backup when it is whole."""
    if path.exists():
        raise BackupError(f"“{path}” is there already, and a backup overwrites nothing. Give another name.")
    partial = path.with_name(f"{path.name}.part")
    try:
        _clear(partial)
        # It holds what people said: for nobody but its owner to read.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OURS_ALONE))
    except OSError as error:
        raise BackupError(f"“{path}” cannot be written ({error.strerror}). Give another name.") from error
    return partial


def _end(partial: Path, path: Path) -> None:
    """Make of it one file that needs no other beside it, also where nothing can be written."""
    with closing(sqlite3.connect(partial)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.rename(path)


def _clear(partial: Path) -> None:
    """Leave nothing of a backup that did not become whole."""
    for name in (partial.name, f"{partial.name}-wal", f"{partial.name}-shm"):
        partial.with_name(name).unlink(missing_ok=True)


def _take(path: Path, copied: Path) -> None:
    """Copy a backup's file, and see that it is a whole SQLite database."""
    try:
        shutil.copyfile(path, copied)
    except OSError as error:
        raise BackupError(f"“{path}” cannot be read ({error.strerror}).") from error
    try:
        with closing(sqlite3.connect(copied)) as database:
            [(found, *_), *_] = database.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"“{path}” is no backup of the coach's, or it is damaged.") from error
    if found != "ok":
        raise BackupError(f"“{path}” is damaged. Take another backup.")


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(URL.create("sqlite+aiosqlite", database=str(path)))
    try:
        yield engine
    finally:
        await engine.dispose()
