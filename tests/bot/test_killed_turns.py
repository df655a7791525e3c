"""Killed at random moments, the coach has each turn it acknowledged, once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KILLS = 6


def test_each_acknowledged_turn_is_there_once_after_kills(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bot.killed_turns", str(tmp_path), str(KILLS), "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)

    assert told["acknowledged"] >= KILLS // 2
    assert told == {
        "kills": KILLS,
        "acknowledged": told["acknowledged"],
        "lost": [],
        "doubled": [],
        "database": "ok",
    }
