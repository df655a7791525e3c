"""The README's commands are run: each that starts with `$ career-coach` must succeed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import Settings
from bot.storage.opening import open_library

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```console\n\$ (career-coach .*)$", TEXT, re.MULTILINE)
# Each picture: what it shows, in words, and its file.
PICTURES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", TEXT)


@pytest.fixture(scope="module")
async def data_dir(tmp_path_factory: pytest.TempPathFactory, spare_encoding: Callable[[Path], None]) -> Path:
    """One folder for all, so that only the first command has to fill the library."""
    folder = tmp_path_factory.mktemp("readme")
    async with open_library(Settings(data_dir=folder)):
        pass  # now there are tables
    spare_encoding(folder)
    return folder


@pytest.mark.parametrize("name", ["ask", "ask --jsonl", "kb search", "kb refresh --dry-run", "doctor"])
def test_the_readme_shows_the_command(name: str) -> None:
    assert any(command.startswith(f"career-coach {name}") for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_succeeds(command: str, data_dir: Path) -> None:
    environment = os.environ | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "COACH_DATA_DIR": str(data_dir),
    }

    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=data_dir,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize(("words", "name"), PICTURES)
def test_a_picture_is_there_is_small_and_is_told_in_words(words: str, name: str) -> None:
    assert (README.parent / name).stat().st_size < 300_000
    assert len(words.split()) > 20
