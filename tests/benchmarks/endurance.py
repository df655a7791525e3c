"""How the coach stands many turns, and many kills.

    python -m tests.benchmarks.endurance --turns 100000 --encode-once
    python -m tests.benchmarks.endurance --kills 200

Turns go through the whole coach: real library, index, database and embeddings. Memory is what the
system counts as resident, after a tenth of the turns (everything is loaded then), a quarter, half and
all of them; it is flat when it grows by no more than a twentieth from the quarter to the end.

Encoding takes most of a turn. With `--encode-once` each text is encoded by the real model the first
time and remembered, so that the answers are the same and 100,000 turns take hours instead of a day;
what the model itself would leave behind is then not measured.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.app import App, open_app
from bot.config import Settings
from bot.evaluation.golden import load_golden
from bot.reply import Message
from knowledge.library import Vectors

_ROOT = Path(__file__).parents[2]
_PEOPLE = 200
_FLAT = 1.05
# Between questions: small talk, follow-ups, a profile and its ranking, a comparison.
_OTHERS = (
    "hello",
    "why?",
    "tell me more",
    "and for research scientists?",
    "I have six years of Java and I hate dashboards",
    "which role suits me?",
    "compare data scientist and research scientist",
    "/profile",
    "thanks",
)


def _resident_mb() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096 / 2**20


def _messages(turns: int) -> Iterator[Message]:
    """Questions of the golden set, among other things people say, from many people."""
    questions = [item.question for item in load_golden(_ROOT / "tests" / "golden", "tune").answerable]
    texts = itertools.cycle(itertools.chain.from_iterable(zip(questions, itertools.cycle(_OTHERS))))
    for number, text in zip(range(turns), texts, strict=False):
        yield Message(f"user-{number % _PEOPLE}", f"channel-{number % 3}", text, id=f"endurance-{number}")


def _encode_once(app: App) -> None:
    """Let the model encode each text once."""
    encode, known = app.embeddings.encode, dict[str, Vectors]()

    def remembered(texts: Sequence[str]) -> Vectors:
        for text in texts:
            if text not in known:
                known[text] = encode([text])[0]
        return np.stack([known[text] for text in texts])

    app.embeddings.encode = remembered  # type: ignore[method-assign]


async def _endure(folder: Path, turns: int, *, encode_once: bool) -> bool:
    """Take so many turns; print what memory they took; return whether it stayed flat."""
    looks = {max(1, turns // 10): "a tenth", turns // 4: "a quarter", turns // 2: "half", turns: "all"}
    table = Table(f"of {turns:,} turns", "resident MB", "turns a second")
    seen: dict[str, float] = {}
    async with open_app(Settings(data_dir=folder)) as app:
        if encode_once:
            _encode_once(app)
        began = time.perf_counter()
        for number, message in enumerate(_messages(turns), 1):
            await app.coach.reply(message)
            if name := looks.get(number):
                seen[name] = _resident_mb()
                table.add_row(name, f"{seen[name]:.0f}", f"{number / (time.perf_counter() - began):.1f}")
    Console().print(table)
    return seen["all"] <= _FLAT * seen["a quarter"]


def main() -> int:
    """Measure what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=400, help="how many turns (at least 10)")
    parser.add_argument("--encode-once", action="store_true", help="remember the vector of each text")
    parser.add_argument("--data", type=Path, help="a data folder to use, which may be filled already")
    parser.add_argument("--kills", type=int, help="kill a coach so many times instead")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as new:
        if chosen.kills:
            command = [sys.executable, "-m", "tests.bot.killed_turns", new, str(chosen.kills), "1"]
            return subprocess.run(command, cwd=_ROOT, check=False).returncode
        folder = chosen.data or Path(new)
        flat = asyncio.run(_endure(folder, max(10, chosen.turns), encode_once=chosen.encode_once))
    print("memory is flat" if flat else "memory grows")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
