#!/usr/bin/env python
"""Runs the README's commands and puts what they print below each of them.

Run it with `make docs`, or alone: .venv/bin/python docs/make_examples.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
EXAMPLE = re.compile(
    r"(?P<head>^```console\n\$ (?P<command>career-coach [^\n]*)\n)(?P<output>.*?)(?=^```$)",
    re.MULTILINE | re.DOTALL,
)
# A line of JSON is longer than a page is wide: its texts and lists are shown in part.
SHOWN_CHARACTERS = 60
SHOWN_ITEMS = 1
# What the README shows in place of the temporary folder that the examples use.
DATA_FOLDER = "/home/ada/career-coach/data"


def run(command: str, data_dir: Path) -> str:
    """Run a command of the README in a shell; return what it prints."""
    environment = os.environ | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
        "COACH_DATA_DIR": str(data_dir),
        "COACH_GUIDES_DIR": "knowledge/guides",
        "COLUMNS": "80",
    }
    done = subprocess.run(  # noqa: S603 - the README's own words
        ["/bin/bash", "-c", command],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def presentable(output: str, data_dir: Path) -> str:
    """Shorten lines of JSON, and hide whose temporary folder it was."""
    lines = (
        json.dumps(in_part(json.loads(line)), ensure_ascii=False) if line.startswith("{") else line
        for line in output.strip().splitlines()
    )
    return "\n".join(_renamed(line, str(data_dir.resolve())) for line in lines) + "\n"


def in_part(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Cut long texts and lists, each with a mark where it was cut."""
    match value:
        case str() if len(value) > SHOWN_CHARACTERS:
            return value[:SHOWN_CHARACTERS].rstrip() + "…"
        case list():
            return [in_part(each) for each in value[:SHOWN_ITEMS]] + ["…"] * (len(value) > SHOWN_ITEMS)
        case dict():
            return {key: in_part(each) for key, each in value.items()}
        case _:
            return value


def _renamed(line: str, folder: str) -> str:
    """Put the shown folder for the real one; a table's edge stays where it is."""
    if folder not in line:
        return line
    body, edge, _ = line.replace(folder, DATA_FOLDER).rpartition("│")
    return f"{body.rstrip():<{len(line) - 1}}{edge}" if edge else line.replace(folder, DATA_FOLDER)


def main() -> None:
    """Run every example, in order, on one data folder, and write the README anew."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)

        def renewed(found: re.Match[str]) -> str:
            print(found["command"])
            return found["head"] + presentable(run(found["command"], data_dir), data_dir)

        readme = EXAMPLE.sub(renewed, README.read_text(encoding="utf-8"))
    README.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
