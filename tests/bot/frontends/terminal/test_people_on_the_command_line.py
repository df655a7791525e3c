from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bot.config import Settings
from bot.frontends.terminal.privacy import delete, export
from bot.memory.conversations import Conversations
from bot.reply import Message, Reply
from bot.storage.opening import DataError, only_writer, open_library


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """A data folder in which ada and bob each have said something."""
    settings = Settings(data_dir=tmp_path)
    async with open_library(settings) as (engine, _):
        for user in ("ada", "bob"):
            await Conversations(engine).add(Message(user, "here", f"I am {user}"), Reply("chat", "Hello."))
    return settings


async def turns_of(user: str, settings: Settings, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Read what an export says that somebody said."""
    capsys.readouterr()
    await export(settings, user)
    return [turn["text"] for turn in json.loads(capsys.readouterr().out)["turns"]]


async def test_a_person_is_deleted_and_nobody_else(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await delete(settings, "ada", yes=True)

    assert "messages with my replies: 1" in capsys.readouterr().out
    assert await turns_of("ada", settings, capsys) == []
    assert await turns_of("bob", settings, capsys) == ["I am bob"]


async def test_without_a_yes_nothing_is_deleted(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    await delete(settings, "ada", yes=False)

    said = capsys.readouterr().out
    assert said.startswith("Shall I delete everything I keep of you")
    assert said.endswith("nothing is deleted.\n")
    assert await turns_of("ada", settings, capsys) == ["I am ada"]


async def test_nothing_is_deleted_under_a_coach_that_runs(settings: Settings) -> None:
    with only_writer(settings.data_dir), pytest.raises(DataError, match="Stop it first"):
        await delete(settings, "ada", yes=True)
