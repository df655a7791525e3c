from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import Conversations
from bot.memory.people import People
from bot.migrations.upgrade import newest_step
from bot.reply import Message, Reply
from bot.storage.backups import BackupError, back_up, restore
from knowledge.database import create_engine, reading
from knowledge.library import Library
from knowledge.outages import StorageError

pytestmark = pytest.mark.engines("sqlite", "postgresql")

Live = Callable[[AsyncEngine, str], Awaitable[None]]


async def hello(engine: AsyncEngine, user: str) -> None:
    await Conversations(engine).add(Message(user, "here", "Hello"), Reply("chat", "Hi"))


async def test_a_backup_is_one_whole_file_for_its_owner_alone(
    engine: AsyncEngine, live: Live, tmp_path: Path
) -> None:
    await live(engine, "ada")
    place = tmp_path / "backups"
    place.mkdir()

    rows = await back_up(engine, place / "monday")

    assert [path.name for path in place.iterdir()] == ["monday"]
    assert (place / "monday").stat().st_mode & 0o777 == 0o600
    (place / "monday").chmod(0o400)
    place.chmod(0o500)
    with closing(sqlite3.connect(place / "monday")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM turns").fetchone() == (rows["turns"],)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    place.chmod(0o700)


async def test_a_backup_restored_is_as_it_was(
    engine: AsyncEngine, target: AsyncEngine, live: Live, tmp_path: Path
) -> None:
    await live(engine, "ada")
    ada = await People(engine, tmp_path).export("ada")
    edition = await Library(engine).live()
    made = await back_up(engine, tmp_path / "backup")
    await live(engine, "bob")
    await live(target, "cyd")

    for database in (engine, target):  # in its own place, and on another engine
        assert await restore(tmp_path / "backup", database, tmp_path) == made
        people = People(database, tmp_path)
        assert await people.export("ada") == ada
        assert (await people.export("bob"))["turns"] == (await people.export("cyd"))["turns"] == []
        assert await Library(database).live() == edition
        await hello(database, "ada")


async def test_a_backup_overwrites_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("mine", encoding="utf-8")

    with pytest.raises(BackupError, match="overwrites nothing"):
        await back_up(engine, tmp_path / "backup")
    with pytest.raises(BackupError, match="cannot be written"):
        await back_up(engine, tmp_path / "nowhere" / "backup")

    assert (tmp_path / "backup").read_text(encoding="utf-8") == "mine"


async def test_of_a_backup_without_room_nothing_is_left(
    engine: AsyncEngine, live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(engine, "ada")
    place = tmp_path / "backups"
    place.mkdir()

    async def full(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr("bot.storage.backups.copy", full)
    with pytest.raises(StorageError):
        await back_up(engine, place / "monday")

    assert list(place.iterdir()) == []


def left(folder: Path) -> str:
    """Read every file that is left of a test, names and all, but for the database it copied from."""
    files = [path for path in folder.rglob("*") if not path.name.startswith("target.db")]
    return "".join(
        path.name + (path.read_text(encoding="latin-1") if path.is_file() else "") for path in files
    )


def text_file(path: Path) -> None:
    path.write_text("Dear diary" * 1000, encoding="utf-8")


def half_of_it(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (id INTEGER)")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (text_file, "no backup of the coach's, or it is damaged"),
        (half_of_it, "damaged"),
        (another_database, "its tables are not there"),
        (newer, "made by a newer career-coach"),
        (Path.unlink, "cannot be read"),
    ],
)
async def test_what_is_no_backup_changes_nothing(
    engine: AsyncEngine, live: Live, tmp_path: Path, harm: Callable[[Path], None], problem: str
) -> None:
    await live(engine, "ada")
    before = await People(engine, tmp_path).export("ada")
    await back_up(engine, tmp_path / "backup")
    harm(tmp_path / "backup")

    with pytest.raises(BackupError, match=problem):
        await restore(tmp_path / "backup", engine, tmp_path)

    assert await People(engine, tmp_path).export("ada") == before


async def test_a_backup_of_older_tables_is_brought_up_to_date(engine: AsyncEngine, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    await hello(engine, "ada")
    await back_up(engine, backup)
    with closing(sqlite3.connect(backup)) as database:
        database.execute("INSERT INTO guided VALUES ('ada', 'here', '[]', NULL, '2026-01-01')")
        # As it was before step 0006.
        database.execute("ALTER TABLE guided DROP COLUMN changed_at")
        for table in ("leases", "duties", "erasures", "library_name"):
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE alembic_version SET version_num = '0005'")
        database.commit()
    before = backup.read_bytes()

    rows = await restore(backup, engine, tmp_path)

    assert (rows["turns"], rows["guided"]) == (1, 1)
    assert backup.read_bytes() == before
    assert newest_step() > "0005"


# A server's files are its operator's.
@pytest.mark.engines("sqlite")
async def test_what_a_restore_replaced_is_in_no_file(
    engine: AsyncEngine, target: AsyncEngine, tmp_path: Path
) -> None:
    await back_up(target, tmp_path / "backup")
    await Conversations(engine).add(Message("canary", "here", "canary" * 50), Reply("chat", "canary"))

    await restore(tmp_path / "backup", engine, tmp_path)

    assert "canary" not in left(tmp_path)


# A file has the lock of its folder.
@pytest.mark.engines("postgresql")
async def test_nothing_is_restored_under_a_coach_at_work_elsewhere(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await back_up(engine, tmp_path / "backup")
    elsewhere = create_engine(engine.url)
    async with reading(elsewhere) as db:
        await db.run_sync(lambda _: None)
        with pytest.raises(BackupError, match="A coach is at work"):
            await restore(tmp_path / "backup", engine, tmp_path)
    await elsewhere.dispose()

    shutil.copy(tmp_path / "backup", tmp_path / "again")
    assert await restore(tmp_path / "again", engine, tmp_path)
