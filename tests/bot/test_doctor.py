from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import Settings, SettingsError
from bot.doctor import examine
from bot.migrations.upgrade import newest_step
from bot.storage.opening import only_writer
from bot.telemetry.health import NotWellError
from bot.telemetry.server import shown
from tests.databases import Databases
from tests.postgresql_server import PASSWORD, Server, free_port

Fill = Callable[[Path], Path]
GUIDE = """\
---
title: Pay
summary: What people earn.
sources:
  - id: survey
    title: A Survey
    author: A. Tester
updated: 2026-11-20
---

## Salary
> Asks: What is the salary?
> Source: survey

It is high.
"""


@pytest.fixture
def guides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of guides that may be changed, and a data folder that is new."""
    folder = shutil.copytree(Settings().guides_dir, tmp_path / "guides")
    monkeypatch.setenv("COACH_GUIDES_DIR", str(folder))
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "400")
    return folder


async def findings(capsys: pytest.CaptureFixture[str], *, well: bool) -> dict[str, tuple[str, str]]:
    """Examine; return for each thing its state and what was found."""
    if well:
        await examine()
    else:
        with pytest.raises(SystemExit) as stopped:
            await examine()
        assert stopped.value.code == 1
    cells = [re.split(r"\s*│\s*", line.strip("│ ")) for line in capsys.readouterr().out.splitlines()]
    return {row[0]: (row[1], row[2]) for row in cells if len(row) == 3}


@pytest.mark.usefixtures("guides")
async def test_a_new_machine_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    found = await findings(capsys, well=True)

    assert found.keys() == {
        "data folder",
        "database",
        "guides",
        "embedding model",
        "library",
        "index",
        "Discord",
    }
    assert {state for state, _ in found.values()} == {"well"}
    assert "weights as pinned" in found["embedding model"][1]
    assert "career-coach kb refresh" in found["library"][1]


@pytest.mark.usefixtures("guides")
async def test_a_filled_library_without_its_index_says_that_a_start_mends_it(
    capsys: pytest.CaptureFixture[str], fill: Fill, tmp_path: Path
) -> None:
    fill(tmp_path / "data")

    found = await findings(capsys, well=False)

    assert found["library"][0] == "well"
    assert found["index"][0] == "to mend"
    assert re.search(r"\d+ chunks are missing\. The next start of the coach mends it\.", found["index"][1])


@pytest.mark.parametrize("change", ["add", "change", "remove"])
async def test_guides_that_changed_since_are_noticed(
    capsys: pytest.CaptureFixture[str], fill: Fill, tmp_path: Path, guides: Path, change: str
) -> None:
    fill(tmp_path / "data")
    maths = guides / "foundations.md"
    match change:
        case "add":
            (guides / "pay.md").write_text(GUIDE, encoding="utf-8")
        case "change":
            maths.write_text(maths.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
        case _:
            (guides / "worries.md").unlink()
            (guides / "worries.asks.yaml").unlink()

    found = await findings(capsys, well=False)

    assert found["library"] == (
        "to mend",
        "The guides' folder has changed since. Run: career-coach kb refresh",
    )


async def test_a_malformed_guide_is_named_with_its_line(
    capsys: pytest.CaptureFixture[str], guides: Path
) -> None:
    (guides / "pay.md").write_text(GUIDE.replace("> Source: survey", "> Source: hearsay"), encoding="utf-8")

    found = await findings(capsys, well=False)

    assert found["guides"][0] == "to mend"
    assert "pay.md:11: the source “hearsay”" in found["guides"][1]
    assert found["embedding model"][0] == "well"


@pytest.mark.usefixtures("guides")
async def test_the_database_is_named_with_its_tables(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = await findings(capsys, well=True)

    file = tmp_path / "data" / "coach.db"
    assert found["database"] == ("well", f"SQLite, {file}, reached; tables at step {newest_step()}")


@pytest.mark.usefixtures("guides")
async def test_a_server_is_named_without_its_password_whether_it_is_there_or_not(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    postgresql: Server,
    databases: Databases,
) -> None:
    url = await databases.clean()
    monkeypatch.setenv("COACH_DATABASE_URL", url)
    here = await findings(capsys, well=True)
    monkeypatch.setenv("COACH_DATABASE_URL", url.replace(str(postgresql.port), str(free_port())))
    away = await findings(capsys, well=False)

    database = url.rpartition("/")[2]
    assert here["database"] == (
        "well",
        f"PostgreSQL, {database} at 127.0.0.1, reached; tables at step {newest_step()}",
    )
    assert away["database"][0] == "to mend"
    assert "nobody answers at its address" in away["database"][1]
    assert PASSWORD not in f"{here}{away}"


@pytest.mark.usefixtures("guides")
async def test_another_coach_at_work_is_noticed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with only_writer(tmp_path / "data"):
        found = await findings(capsys, well=False)

    assert found["data folder"][0] == "to mend"
    assert "Another career-coach is using the data folder" in found["data folder"][1]


@pytest.mark.usefixtures("guides")
async def test_a_data_folder_that_cannot_be_made_is_noticed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")

    found = await findings(capsys, well=False)

    assert {what for what, (state, _) in found.items() if state == "to mend"} == {
        "data folder",
        "database",
        "library",
        "index",
    }
    assert "COACH_DATA_DIR" in found["data folder"][1]


@pytest.mark.usefixtures("guides")
@pytest.mark.parametrize(
    ("token", "state", "seen"),
    [
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.a-token-of-the-tests-and-of-nobody-else", "well", "is set"),
        ("", "well", "is not set"),
        ("client-secret", "to mend", "does not look like a bot's token"),
    ],
)
async def test_the_token_is_looked_at_and_never_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, token: str, state: str, seen: str
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)

    found = await findings(capsys, well=state == "well")

    assert found["Discord"][0] == state
    assert seen in found["Discord"][1]
    assert not token or token not in found["Discord"][1]


@pytest.mark.usefixtures("guides")
async def test_a_running_bot_is_asked_how_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def ill() -> str:
        raise NotWellError("There is no connection to Discord.")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    monkeypatch.setenv("COACH_METRICS_PORT", str(port))
    (tmp_path / "data").mkdir()
    with only_writer(tmp_path / "data"):
        async with shown("127.0.0.1", port, {"Discord": ill}):
            found = await findings(capsys, well=False)

    assert found["running bot: Discord"] == ("to mend", "There is no connection to Discord.")
    assert {state for what, (state, _) in found.items() if what != "running bot: Discord"} == {"well"}
    assert not {"data folder", "index"} & found.keys()


async def test_a_wrong_setting_is_told_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_THREADS", "x")

    with pytest.raises(SettingsError, match="COACH_THREADS is “x”"):
        await examine()


@pytest.mark.usefixtures("guides")
async def test_the_chat_model_and_what_is_used_are_shown_where_there_is_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_CHAT_MODEL", "openai:stub")
    monkeypatch.setenv("COACH_CHAT_KEY", "a-key")

    found = await findings(capsys, well=True)

    assert found["chat model"] == ("well", "openai:stub, can be opened; 0 of 1,000,000 tokens used today")


@pytest.mark.usefixtures("guides")
async def test_a_chat_model_that_cannot_be_opened_is_to_mend(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_CHAT_MODEL", "nobody:stub")

    found = await findings(capsys, well=False)

    assert found["chat model"][0] == "to mend"
    assert "COACH_CHAT_MODEL" in found["chat model"][1]
