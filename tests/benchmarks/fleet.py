"""Several processes of one bot at once: are turns lost or doubled, and how does the throughput grow?

    python -m tests.benchmarks.fleet --turns 200 --processes 1 2

Starts PostgreSQL and `chroma run` on loopback, fills a library, and has each process answer its share of
the turns through the whole coach, with real embeddings. Each process encodes on one thread. The turns are
then counted in the database. Absolute figures depend on the machine, and the ratio on its processors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bot.app import open_app
from bot.config import Settings
from bot.evaluation.golden import load_golden
from bot.memory.deliveries import Incoming, Limit
from bot.reply import Message
from knowledge.database import create_engine
from retrieval.chain import Inquiry
from tests.chroma_server import chroma_server
from tests.postgresql_server import running_server

_ROOT = Path(__file__).parents[2]
_GOLDEN = _ROOT / "tests" / "golden"
_GUIDES = 5
# Questions that each process answers before it counts: the first ones take longer.
_WARM_UP = 5
_READY, _GO = "ready\n", "go\n"


def _settings(database: str, chroma: str, folder: Path) -> Settings:
    """Return the settings of every process; some guides are enough, and soon encoded."""
    guides = folder / "guides"
    if not guides.exists():
        guides.mkdir(parents=True)
        for guide in sorted(Settings().guides_dir.glob("*.md"))[:_GUIDES]:
            for path in (guide, guide.with_suffix(".asks.yaml")):
                shutil.copy(path, guides)
    return Settings(database_url=database, chroma_url=chroma, data_dir=folder, guides_dir=guides, threads=1)


async def _work(settings: Settings, name: str, turns: int, at_once: int) -> None:
    """Be one of the processes: say that it is ready, wait for the word, and answer."""
    questions = [item.question for item in load_golden(_GOLDEN, "tune").answerable]
    limit = Limit(10**6, Settings().limit_period)
    async with open_app(settings) as app:
        numbers = iter(range(turns))

        async def talk(person: int) -> None:
            for number in numbers:
                user, message_id = f"{name}-{person}", f"{name}-{number}"
                question = questions[number % len(questions)]
                await app.memory.deliveries.receive(Incoming(message_id, user, name, question, "{}"), limit)
                await app.coach.reply(Message(user, f"{name}-{number}", question, id=message_id))
                await app.memory.deliveries.answered(message_id, [message_id], [])

        for question in questions[-_WARM_UP:]:
            await app.chain.answer(Inquiry(question))
        print(_READY, end="", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()
        await asyncio.gather(*(talk(person) for person in range(at_once)))
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


def _run_processes(settings: Settings, processes: int, turns: int, at_once: int, run: str) -> float:
    """Share the turns out; return turns a second, from the word until the last is answered."""
    command = [sys.executable, "-m", "tests.benchmarks.fleet", "--work"]
    arguments = [settings.database, settings.chroma_url, str(settings.data_dir)]
    started = [
        subprocess.Popen(
            [*command, *arguments, f"{run}-{number}", str(turns // processes), str(at_once)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == _READY, "a process did not start"
    began = time.perf_counter()
    for process in started:
        assert process.stdin
        process.stdin.write(_GO)
        process.stdin.flush()
    for process in started:
        assert process.stdout
        assert json.loads(process.stdout.readline())["seconds"]
    took = time.perf_counter() - began
    for process in started:
        process.communicate()
    return turns // processes * processes / took


async def _count(database: str, run: str) -> Counter[str]:
    engine = create_engine(database)
    try:
        async with engine.connect() as db:
            query = text("SELECT message_id FROM turns WHERE message_id LIKE :run")
            return Counter(await db.scalars(query, {"run": f"{run}-%"}))
    finally:
        await engine.dispose()


async def _fill(settings: Settings) -> None:
    async with open_app(settings) as app:
        assert await app.library.live_id()


def _measure(processes: list[int], turns: int, at_once: int) -> None:
    table = Table("processes", "turns", "lost", "doubled", "turns a second", "against the first")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server() as postgresql,
        chroma_server(Path(folder) / "chroma") as chroma,
    ):
        database = postgresql.url("postgres")
        settings = _settings(database, chroma, Path(folder) / "data")
        asyncio.run(_fill(settings))
        first = 0.0
        for count in processes:
            run = f"run{count}"
            speed = _run_processes(settings, count, turns, at_once, run)
            first = first or speed
            kept = asyncio.run(_count(database, run))
            expected = {f"{run}-{each}-{n}" for each in range(count) for n in range(turns // count)}
            lost, doubled = len(expected - kept.keys()), sum(times - 1 for times in kept.values())
            figures = (count, len(expected), lost, doubled, f"{speed:.1f}", f"{speed / first:.2f}")
            table.add_row(*map(str, figures))
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="in all, shared out among the processes")
    parser.add_argument("--at-once", type=int, default=8, help="people who talk at once with each process")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--work", nargs=6, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        url, index, data, called, share, people = given.work
        asyncio.run(_work(_settings(url, index, Path(data)), called, int(share), int(people)))
    else:
        _measure(given.processes, given.turns, given.at_once)
