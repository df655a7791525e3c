"""Many people at once: what the whole bot bears, and what of that encoding alone would take.

Run it with `make bench`, or `python -m tests.benchmarks.load --people 1000 --turns 10`. The people and
their Discord are a process of their own; the bot is discord.py, the real handlers, the real coach and
SQLite, in this one. Half of the people write directly, half in one channel, there in turn by a mention
and by /ask. Each waits for an answer before going on. What each should hear was asked of the coach
before, by one person alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.app import App, open_app
from bot.config import Settings
from bot.evaluation.golden import load_golden
from bot.fleet.background import background
from bot.frontends.discord import rendering, run
from bot.frontends.discord.desk import Backstage
from bot.memory.deliveries import Limit
from bot.reply import Message
from knowledge.library import Vectors
from retrieval.embeddings import BATCH_SIZE, SentenceEmbeddings
from tests.benchmarks.crowd import NUMBER, Line, Met, Part, dumps
from tests.discord_server.server import TOKEN, point_discord_at

_ROOT = Path(__file__).parents[2]
_GOLDEN = _ROOT / "tests" / "golden"
# How many different conversations there are; people have them in turn.
_PARTS = 20
# The event loop is asked so often whether it is there.
_TICK_SECONDS = 0.01
# What only one person says, and is told again at the end.
_OWN_FACT = f"I have worked as a nurse for {NUMBER} days."


@dataclass
class Watch:
    """How late the event loop was, each time it was asked."""

    lags: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        while True:
            due = time.perf_counter() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            self.lags.append(max(0.0, time.perf_counter() - due))


@dataclass
class Recorded:
    """What was encoded during the load, batch by batch."""

    batches: list[list[str]] = field(default_factory=list)


@asynccontextmanager
async def recording(embeddings: SentenceEmbeddings) -> AsyncIterator[Recorded]:
    """Note what is encoded."""
    recorded, encode = Recorded(), embeddings.encode

    def noting(texts: Sequence[str]) -> Vectors:
        recorded.batches.append(list(texts))
        return encode(texts)

    embeddings.encode = noting  # type: ignore[method-assign]
    try:
        yield recorded
    finally:
        embeddings.encode = encode  # type: ignore[method-assign]


async def rehearse(app: App, turns: int) -> list[Part]:
    """Write what people say, and ask the coach alone what it answers to that."""
    golden = [turn.text for talk in load_golden(_GOLDEN, "tune").conversations for turn in talk]
    said = itertools.cycle(golden)
    parts = []
    for number in range(_PARTS):
        direct = number % 2 == 0
        texts = list(itertools.islice(said, turns))
        if direct:
            texts = [_OWN_FACT, *texts[1:-1], "/profile"][:turns]
        parts.append(Part(tuple([await _line(app, number, n, texts, direct) for n in range(turns)]), direct))
    return parts


async def _line(app: App, part: int, turn: int, texts: Sequence[str], direct: bool) -> Line:  # noqa: FBT001
    says = texts[turn]
    command = not direct and turn % 2 == 1
    # As in Discord: what is said by a command is a turn of the same conversation.
    message = Message(f"rehearsal-{part}", "rehearsal", says.replace(NUMBER, "1000"), private=direct)
    reply = await app.coach.reply(message)
    if says == "/profile":
        return Line(says, f"{NUMBER} days", command)
    page = rendering.reply_pages(reply, "1", rendering.Setting())[0]
    return Line(says, "\n".join(page.texts[:1]).replace("1000", NUMBER), command)


async def bear(app: App, parts: Sequence[Part], people: int) -> tuple[Met, Watch, Recorded]:
    """Let people and bot meet."""
    crowd = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.benchmarks.crowd",
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    assert crowd.stdin
    assert crowd.stdout
    crowd.stdin.write(f"{dumps(parts, people)}\n".encode())
    point_discord_at(int(await crowd.stdout.readline()))
    everybody = replace(run.backstage_of(app), limit=Limit(10**9, app.settings.limit_period))
    watch = Watch()
    async with recording(app.embeddings) as recorded, _serving(everybody), background(watch.watch()):
        met = Met(**json.loads(await crowd.stdout.readline()))
    crowd.stdin.close()
    await crowd.wait()
    return met, watch, recorded


@asynccontextmanager
async def _serving(backstage: Backstage) -> AsyncIterator[None]:
    async with background(run.serve(backstage, TOKEN)):
        yield


async def encoding_alone(embeddings: SentenceEmbeddings, recorded: Recorded) -> float:
    """Return the seconds that encoding the same texts takes at best when nothing else is done.

    That is in batches, as people's questions are encoded, or with all processors at once.
    """
    texts = [text for batch in recorded.batches for text in batch]
    seconds = []
    for size in (BATCH_SIZE, len(texts)):
        started = time.perf_counter()
        for start in range(0, len(texts), size):
            await asyncio.to_thread(embeddings.encode, texts[start : start + size])
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def report(met: Met, watch: Watch, recorded: Recorded, alone: float) -> Table:
    """Lay out what was measured, beside what is wanted."""
    lags, waits = (np.array(values) for values in (watch.lags, met.waits))
    turns, texts = met.answered + met.lost, sum(map(len, recorded.batches))
    table = Table(f"{turns:,} turns in {met.seconds:.0f} s", "measured", "goal")
    table.add_row("lost", str(met.lost), "0")
    table.add_row("doubled", str(met.doubled), "0")
    table.add_row("crossed, or other than to one person alone", str(met.crossed), "0")
    table.add_row("commands acknowledged late", f"{met.late} of {len(met.acknowledged)}", "0")
    table.add_row("… the latest", f"{max(met.acknowledged, default=0):.2f} s", "< 3 s")
    table.add_row("event loop's lag, p99", f"{np.percentile(lags, 99) * 1000:.0f} ms", "< 100 ms")
    table.add_row("… the longest", f"{lags.max() * 1000:.0f} ms", "< 1000 ms")
    table.add_row(
        "wait for an answer, p50 / p99", "{:.1f} / {:.1f} s".format(*np.percentile(waits, [50, 99])), ""
    )
    table.add_row("turns a second", f"{turns / met.seconds:.1f}", "")
    table.add_row(
        "texts encoded a turn, in a batch", f"{texts / turns:.1f}, {texts / len(recorded.batches):.1f}", ""
    )
    table.add_row("turns a second / what encoding alone allows", f"{alone / met.seconds:.2f}", "≥ 0.8")
    return table


async def _run(people: int, turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_app(Settings(data_dir=Path(folder))) as app:
            parts = await rehearse(app, turns)
            met, watch, recorded = await bear(app, parts, people)
            alone = await encoding_alone(app.embeddings, recorded)
    console = Console()
    console.print(report(met, watch, recorded, alone))
    for says, heard, expected in met.examples:
        console.print(f"[bold]{says}[/bold]\n  heard: {heard!r}\n  expected: {expected!r}", highlight=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=10)
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.people, arguments.turns))
