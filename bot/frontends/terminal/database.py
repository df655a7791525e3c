"""All that is kept, as a whole, on the command line: brought up to date, moved, backed up, restored."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.prompt import Confirm

from bot.config import Settings, SettingsError, check_database, without_password
from bot.migrations.upgrade import Upgrade
from bot.storage.backups import back_up
from bot.storage.backups import restore as restore_backup
from bot.storage.copying import copy, holds_anything
from bot.storage.opening import DataError, make_folder, only_writer, open_database, open_library
from knowledge.outages import StorageError

_REPLACE = "The database holds something already, and all of it is replaced by the backup."
_NOT_RESTORED = "Nothing was restored; the database is as it was. `--yes` replaces it without asking."
# Deleting spares no backup, so a restore brings back what was deleted after it.
_BACK_AGAIN = (
    "All of it is back, as it was when the backup was made. Whoever has asked to be deleted since then has "
    "to be deleted again: career-coach privacy delete. The index of the guides follows at the next start."
)


async def migrate(settings: Settings) -> None:
    """Bring the tables up to date; say from which step to which."""
    make_folder(settings.data_dir)
    async with open_database(settings.database) as (_, upgraded):
        print(_in_words(upgraded))


def _in_words(upgraded: Upgrade) -> str:
    if upgraded.before == upgraded.after:
        return f"The tables are up to date already, at step {upgraded.after}."
    if not upgraded.before:
        return f"The tables are made, at step {upgraded.after}."
    return f"The tables are brought up to date, from step {upgraded.before} to step {upgraded.after}."


async def move(settings: Settings, url: str) -> None:
    """Copy all that is kept to an empty database; what there is stays as it was.

    Raises:
        CoachError: the coach is running; the target cannot be used, or is not empty.

    """
    try:
        check_database(url)
    except ValueError as error:
        raise SettingsError(f"--to {error}.") from None
    async with open_library(settings) as (source, _):
        with only_writer(settings.data_dir), _plainly():
            async with open_database(url) as (target, _):
                print(_counted(await copy(source, target)))
    print(f"All of it is in the new database. From now on, set COACH_DATABASE_URL to {without_password(url)}")
    print(f"The old one stays as it was, at {without_password(settings.database)}")


async def backup(settings: Settings, path: Path) -> None:
    """Write all that is kept to one file; the coach may run meanwhile."""
    async with open_library(settings) as (engine, _):
        with _plainly():
            print(_counted(await back_up(engine, path)))
    print(f"All of it is in “{path}”. It holds what people said: keep it where nobody else can read it.")


async def restore(settings: Settings, path: Path, *, yes: bool) -> None:
    """Put a backup in the place of all that is kept; ask first, unless there is nothing or `yes`.

    Raises:
        CoachError: the coach is running, or the file cannot be used.

    """
    async with open_library(settings) as (engine, _):
        with only_writer(settings.data_dir), _plainly():
            if not yes and await holds_anything(engine) and not _sure():
                print(_NOT_RESTORED)
                raise SystemExit(1)
            print(_counted(await restore_backup(path, engine, settings.data_dir)))
    print(_BACK_AGAIN)


def _sure() -> bool:
    print(_REPLACE)
    return sys.stdin.isatty() and Confirm.ask("Replace it?", console=Console(stderr=True), default=False)


def _counted(rows: Mapping[str, int]) -> str:
    return "\n".join(f"{count:>9,} {name}" for name, count in rows.items())


@contextmanager
def _plainly() -> Iterator[None]:
    """Tell an outage to whoever runs the coach, who is the one at the keyboard."""
    try:
        yield
    except StorageError as error:
        raise DataError(f"It could not be done, and nothing was changed: {error.reason}.") from error
