"""What adding documents costs, as ratios measured in one process: `python -m tests.benchmarks.adding`.

`--chunks` says how many are added, 10,000 unless told; fewer give a first impression. They are added as
a moderator adds a folder: read in the sandbox, cleaned, compared with what is there, encoded, indexed.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.app import App, open_app
from bot.config import Settings
from bot.moderation.items import from_arguments
from bot.moderation.proposal import Proposal
from knowledge.loaders.document import NOTHING_SAID
from retrieval.embeddings import BATCH_SIZE
from retrieval.refresh import ignore_progress

_SECTIONS = 10
_WORDS = 5000
_SENTENCES, _LENGTH = 4, 12
_STEPS = 4
_MEBIBYTE = 2**20
_ACTOR = "benchmark"


def _guide(number: int, edition: int) -> str:
    """Write a guide of as many chunks as it has sections; no sentence is like another."""
    random = np.random.default_rng((number, edition))
    words = random.integers(0, _WORDS, (_SECTIONS, _SENTENCES, _LENGTH))
    sections = (
        f"## Part {part} of {number}\n\n"
        + " ".join(f"Learn {' '.join(f'word{word}' for word in sentence)}." for sentence in sentences)
        for part, sentences in enumerate(words)
    )
    head = f"title: Guide {number}\nsummary: About it.\nsources: [{{id: n, title: N}}]\nupdated: 2026-01-01"
    return f"---\n{head}\n---\n\n" + "\n\n".join(sections)


def _memory() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / _MEBIBYTE


async def _applied(app: App, proposal: Proposal) -> Proposal:
    await app.curator.apply(proposal, actor=_ACTOR)
    return proposal


async def _encoding(app: App, proposal: Proposal) -> float:
    """Return the seconds that the encoding a proposal needs takes alone."""
    texts = list(proposal.plan.missing.values())
    start = time.perf_counter()
    for at in range(0, len(texts), BATCH_SIZE):
        batch = [text for each in texts[at : at + BATCH_SIZE] for text in each]
        await asyncio.to_thread(app.embeddings.encode, batch)
    return time.perf_counter() - start


async def _add(app: App, paths: Sequence[Path]) -> tuple[float, float]:
    """Add files; return the seconds it takes, and those its encoding takes alone."""
    start = time.perf_counter()
    items = from_arguments([str(path) for path in paths], NOTHING_SAID)
    proposal = await app.curator.propose_add(items, actor=_ACTOR, progress=ignore_progress)
    proposing = time.perf_counter() - start
    alone = await _encoding(app, proposal)
    start = time.perf_counter()
    await _applied(app, proposal)
    return proposing + time.perf_counter() - start, alone


async def _refresh(app: App) -> tuple[float, Proposal]:
    start = time.perf_counter()
    proposal = await _applied(app, await app.curator.propose_refresh(actor=_ACTOR))
    return time.perf_counter() - start, proposal


async def _run(chunks: int) -> None:
    table = Table("measured in one process", "", "goal")
    count = max(chunks // _SECTIONS, 100)
    with tempfile.TemporaryDirectory() as folder:
        handed, guides = Path(folder) / "handed", Path(folder) / "guides"
        for each in (handed, guides):
            each.mkdir()
        paths = [handed / f"guide-{number}.md" for number in range(count)]
        for number, path in enumerate(paths):
            path.write_text(_guide(number, 0), encoding="utf-8")
        async with open_app(Settings(data_dir=Path(folder) / "data", guides_dir=guides)) as app:
            steps = [paths[n * count // _STEPS : (n + 1) * count // _STEPS] for n in range(_STEPS)]
            figures, memory = [], []
            for step in steps:
                figures.append(await _add(app, step))
                memory.append(_memory())
            whole, alone = (sum(column) for column in zip(*figures, strict=True))
            table.add_row(
                f"adding {count * _SECTIONS:,} chunks / their encoding", f"{whole / alone:.2f}", "≤ 1.15"
            )
            ratios = ", ".join(f"{added / encoded:.2f}" for added, encoded in figures)
            table.add_row("… by quarters", ratios, "no rise")
            table.add_row(
                "memory after each quarter, MiB", ", ".join(f"{each:.0f}" for each in memory), "flat"
            )
            await _applied(app, await app.curator.propose_remove([*(await app.library.live()).versions]))
            for number, path in enumerate(paths):
                (guides / path.name).write_text(_guide(number, 0), encoding="utf-8")
            again, proposal = await _refresh(app)
            table.add_row("the same again, encoded already / adding", f"{again / whole:.3f}", "")
            for number in range(0, count, 100):
                (guides / paths[number].name).write_text(_guide(number, 1), encoding="utf-8")
            changed, proposal = await _refresh(app)
            table.add_row("refreshing with 1 % changed / adding", f"{changed / whole:.3f}", "about 0.01")
            table.add_row("… its chunks encoded", str(proposal.plan.to_encode), f"{count * _SECTIONS // 100}")
            unchanged, proposal = await _refresh(app)
            table.add_row("refreshing with nothing changed / adding", f"{unchanged / whole:.3f}", "")
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000)
    asyncio.run(_run(parser.parse_args().chunks))
