from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.config import Settings, SettingsError
from bot.frontends.terminal.database import backup, migrate, move, restore
from bot.memory.conversations import Conversations
from bot.migrations.upgrade import newest_step
from bot.reply import Message, Reply
from bot.storage.copying import CopyError
from bot.storage.opening import DataError, only_writer, open_library
from knowledge.database import writing
from knowledge.errors import CoachError
from tests.databases import Databases
from tests.postgresql_server import PASSWORD, Server, free_port


async def say(settings: Settings, *said: str) -> None:
    async with open_library(settings) as (engine, _):
        for each in said:
            await Conversations(engine).add(Message("ada", "here", each), Reply("chat", "Hi"))


async def heard(settings: Settings) -> list[str]:
    async with open_library(settings) as (engine, _):
        return [turn.text for turn in await Conversations(engine).recall("ada", "here")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


async def test_migrating_says_from_which_step_to_which(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = newest_step()
    await migrate(settings)
    await migrate(settings)
    async with open_library(settings) as (engine, _), writing(engine) as db:
        await db.execute(text("ALTER TABLE guided DROP COLUMN changed_at"))
        for table in ("leases", "duties", "erasures", "library_name"):
            await db.execute(text(f"DROP TABLE {table}"))
        await db.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    await migrate(settings)

    assert capsys.readouterr().out.splitlines() == [
        f"The tables are made, at step {newest}.",
        f"The tables are up to date already, at step {newest}.",
        f"The tables are brought up to date, from step 0005 to step {newest}.",
    ]


async def test_moving_takes_all_along_and_shows_no_password(
    settings: Settings, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await say(settings, "one", "two")
    url = await databases.empty()

    await move(settings, url)

    moved = Settings(data_dir=tmp_path / "elsewhere", database_url=url)
    await say(moved, "three")
    assert await heard(moved) == ["one", "two", "three"]
    assert await heard(settings) == ["one", "two"]
    said = capsys.readouterr().out
    assert "2 turns" in said
    assert f"COACH_DATABASE_URL to postgresql+asyncpg://coach:…@127.0.0.1:{url.rpartition(':')[2]}" in said
    assert PASSWORD not in said


async def test_nothing_is_moved_where_something_is(settings: Settings, databases: Databases) -> None:
    await say(settings, "one")
    url = await databases.empty()
    await move(settings, url)

    with pytest.raises(CopyError, match="not empty"):
        await move(settings, url)


@pytest.mark.parametrize("wrong", ["nonsense", "mysql://coach:canary@db/coach"])
async def test_a_target_that_cannot_be_one_is_refused(settings: Settings, wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"--to must begin with .*postgresql\+asyncpg://") as caught:
        await move(settings, wrong)

    assert "canary" not in str(caught.value)


async def test_a_target_that_is_away_is_said_so(settings: Settings, postgresql: Server) -> None:
    await say(settings, "one")
    away = postgresql.url("postgres").replace(str(postgresql.port), str(free_port()))

    with pytest.raises(DataError, match="nobody answers at its address") as caught:
        await move(settings, away)

    assert PASSWORD not in str(caught.value)


async def test_a_backup_is_made_under_a_coach_that_runs_and_nothing_is_restored_under_it(
    settings: Settings, tmp_path: Path
) -> None:
    await say(settings, "one")
    with only_writer(settings.data_dir):
        await backup(settings, tmp_path / "monday")
        await say(settings, "two")
        for harmful in (
            restore(settings, tmp_path / "monday", yes=True),
            move(settings, "sqlite+aiosqlite://"),
        ):
            with pytest.raises(CoachError, match="Stop it first"):
                await harmful

    await restore(settings, tmp_path / "monday", yes=True)

    assert await heard(settings) == ["one"]


async def test_nothing_is_replaced_without_a_yes(
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    await say(settings, "one")
    await backup(settings, tmp_path / "monday")
    await say(settings, "two")

    with pytest.raises(SystemExit) as stopped:
        await restore(settings, tmp_path / "monday", yes=False)

    assert stopped.value.code == 1
    assert "--yes" in capsys.readouterr().out
    assert await heard(settings) == ["one", "two"]
    new = Settings(data_dir=tmp_path / "new")
    await restore(new, tmp_path / "monday", yes=False)
    assert await heard(new) == ["one"]
