"""What answering and refreshing cost, as ratios measured in one process.

Run it with `make bench`. Absolute times depend on the machine; the ratios should not. Each figure is
printed when it is known. `python -m tests.benchmarks.cost --only answering refreshing` leaves the 100,000
chunks out; `--cpu` counts processor time, which says more where other work is done beside.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np

from bot.app import App, open_app
from bot.config import Settings
from bot.evaluation.golden import load_golden
from bot.reply import Message
from knowledge.guide import Guide, Section, Source
from knowledge.library import Vectors
from retrieval.chain import Inquiry
from retrieval.field import unit_length

_GOLDEN = Path(__file__).parents[1] / "golden"
_QUESTIONS = 60
_SMALL, _LARGE = 1_000, 100_000
_CHUNKS_A_GUIDE = 500
_WORDS = 5000

# What is measured: seconds that pass, unless told otherwise.
clock = time.perf_counter


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    start = clock()
    await work()
    return clock() - start


async def _answering(app: App, questions: Sequence[str]) -> tuple[float, float, float]:
    """Return the median seconds of encoding, of answering, and of a whole remembered turn."""
    encode, answer, turn = [], [], []
    for number, question in enumerate(questions):
        # Each time a text of its own: what was encoded just before is not encoded again.
        message = Message("benchmark", f"{time.time_ns()}-{number}", f"{question} ?")
        encode.append(await _timed(lambda q=question: app.embeddings.aencode([f"{q} "])))  # type: ignore[misc]
        answer.append(await _timed(lambda q=question: app.chain.answer(Inquiry(q))))  # type: ignore[misc]
        turn.append(await _timed(lambda m=message: app.coach.reply(m)))  # type: ignore[misc]
    return median(encode), median(answer), median(turn)


async def _refreshing(app: App) -> tuple[float, int]:
    """Return seconds of a full refresh over the encoding it needs, and chunks of one without changes."""
    guides = [_renamed(guide) for guide in app.guides]
    plan = await app.refresh.plan(guides)
    texts = list(plan.missing.values())

    async def encode_alone() -> None:
        for start in range(0, len(texts), 32):
            batch = [text for each in texts[start : start + 32] for text in each]
            await asyncio.to_thread(app.embeddings.encode, batch)

    async def refresh() -> None:
        await app.refresh.apply(plan, actor="benchmark", note="", progress=lambda *_: None)

    await encode_alone()  # the first run warms the model up
    alone = await _timed(encode_alone)
    whole = await _timed(refresh)
    again = await app.refresh.plan(guides)
    return whole / alone, again.to_encode


def _renamed(guide: Guide) -> Guide:
    """A guide whose every text differs, so that nothing is known yet."""
    sections = tuple(
        Section(f"{s.heading} anew", f"Anew. {s.body}", s.sources, tuple(f"{a} now" for a in s.asks))
        for s in guide.sections
    )
    return Guide(guide.id, f"{guide.title} anew", guide.summary, guide.updated, guide.sources, sections)


async def _grow(app: App, chunks: int) -> None:
    """Put a library of so many synthetic chunks, encoded already, in place of what there is."""
    rng = np.random.default_rng(chunks)
    guides = [_synthetic(number, rng) for number in range(chunks // _CHUNKS_A_GUIDE)]
    plan = await app.refresh.plan(guides)
    for start in range(0, chunks, _CHUNKS_A_GUIDE):
        texts = list(plan.missing.items())[start : start + _CHUNKS_A_GUIDE]
        vectors = {digest: _random_vectors(len(each), rng) for digest, each in texts}
        await app.library.keep_vectors(app.embeddings.fingerprint, vectors)
    await app.refresh.apply(await app.refresh.plan(guides), actor="benchmark", note="")


def _synthetic(number: int, rng: np.random.Generator) -> Guide:
    source = Source("synthetic", "Synthetic")
    words = rng.integers(0, _WORDS, (_CHUNKS_A_GUIDE, 40))
    sections = tuple(
        Section(f"Section {n}", f"Learn {' '.join(f'word{word}' for word in said)}.", (source,))
        for n, said in enumerate(words)
    )
    return Guide(f"g{number}", f"Guide {number}", "Synthetic", date(2026, 1, 1), (source,), sections)


def _random_vectors(count: int, rng: np.random.Generator) -> Vectors:
    return unit_length(rng.standard_normal((count, 384)).astype(np.float32))


def _say(measured: str, figure: str, goal: str = "") -> None:
    print(f"{measured:<56} {figure:>6}  {goal}", flush=True)


async def _measure_answering(app: App, questions: Sequence[str]) -> None:
    await _answering(app, questions[:5])
    encode, answer, turn = await _answering(app, questions)
    _say("answering / encoding the question, p50", f"{answer / encode:.2f}", "≤ 2")
    _say("… a whole turn, remembered on disk", f"{turn / encode:.2f}")


async def _measure_refreshing(app: App, _questions: Sequence[str]) -> None:
    ratio, unchanged = await _refreshing(app)
    _say("refreshing everything / its encoding", f"{ratio:.2f}", "≤ 1.15")
    _say("chunks encoded when nothing changed", str(unchanged), "0")


async def _measure_growth(app: App, questions: Sequence[str]) -> None:
    answering = []
    for chunks in (_SMALL, _LARGE):
        writing = await _timed(lambda n=chunks: _grow(app, n))  # type: ignore[misc]
        _say(f"{chunks:,} chunks written and indexed, ms each", f"{1000 * writing / chunks:.1f}")
        await _answering(app, questions[:5])
        answering.append((await _answering(app, questions))[1])
    small, large = answering
    _say(f"answering with {_LARGE:,} chunks / with {_SMALL:,}", f"{large / small:.2f}", "≤ 2")


_PARTS = {"answering": _measure_answering, "refreshing": _measure_refreshing, "growth": _measure_growth}


async def _run(parts: Sequence[str]) -> None:
    questions = [item.question for item in load_golden(_GOLDEN, "tune").answerable[:_QUESTIONS]]
    with tempfile.TemporaryDirectory() as folder:
        async with open_app(Settings(data_dir=Path(folder))) as app:
            for part in parts:
                await _PARTS[part](app, questions)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS), help="these parts alone")
    parser.add_argument("--cpu", action="store_true", help="count processor time")
    chosen = parser.parse_args()
    if chosen.cpu:
        clock = time.process_time
    asyncio.run(_run(chosen.only))
