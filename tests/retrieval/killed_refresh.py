"""The process that `test_refresh` kills, run as a program with the folder of its data.

It reads a line of JSON for each thing to do, and answers each with a line of JSON:
{"refresh": round} refreshes once; {"kill": seconds, "round": first, "opened": bool} refreshes
from a round on without end and is killed so many seconds after its start, or after everything
was open; {"inspect": true} opens everything as the coach does at its start and tells what is
there.

Each is done by a forked child: importing Chroma is paid for once, and nothing that is open
outlives its child. Vectors come from a hash, so that a refresh takes a part of a second.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import chromadb  # noqa: F401 - here, so that no child has to import it
import numpy as np

import bot.memory.conversations
import bot.memory.gaps
import bot.memory.profiles  # noqa: F401 - migrations name these
from bot.migrations.upgrade import upgrade
from knowledge.database import create_engine
from knowledge.drafts import draft
from knowledge.guide import Guide, Section, Source
from knowledge.library import Library, Vectors
from retrieval.embeddings import SentenceEmbeddings
from retrieval.index import VectorIndex, open_client
from retrieval.refresh import Refresh, ignore_progress
from retrieval.search import Searcher

# Chroma writes its graph to disk once in about a thousand rows: a few refreshes of these.
SECTIONS = 6
ASKS = 3
ROUND = re.compile(r"Round (\d+)")

Tell = Callable[[str], object]


class HashedEmbeddings(SentenceEmbeddings):
    """Vectors that are the same for the same text, and otherwise mean nothing."""

    def __init__(self) -> None:
        super().__init__(cast("Any", None), "hashed")

    def encode(self, texts: Sequence[str]) -> Vectors:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        vectors = np.stack([np.random.default_rng(seed).normal(size=64) for seed in seeds])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, dtype=np.float32)


@dataclass
class Parts:
    library: Library
    embeddings: HashedEmbeddings
    index: VectorIndex
    searcher: Searcher
    refresh: Refresh


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Parts]:
    engine = create_engine(f"sqlite+aiosqlite:///{folder / 'coach.db'}")
    await upgrade(engine)
    library, embeddings = Library(engine), HashedEmbeddings()
    index = VectorIndex(open_client(folder / "chroma"), embeddings.fingerprint)
    searcher = Searcher(library, index, embeddings.fingerprint)
    yield Parts(library, embeddings, index, searcher, Refresh(library, embeddings, searcher))
    await engine.dispose()


def guides_of(number: int) -> list[Guide]:
    """Four guides that all name their round; even and odd rounds differ in one of them."""
    source = Source("notes", "Notes")

    def section(name: str, part: int) -> Section:
        asks = tuple(f"What of {name} {part}, version {version}?" for version in range(ASKS))
        return Section(f"Part {part}", f"Round {number} of {name}, part {part}.", (source,), asks)

    def guide(name: str) -> Guide:
        sections = tuple(section(name, part) for part in range(SECTIONS))
        return Guide(name, name, "A guide.", date(2026, 1, 1), (source,), sections)

    return [guide(name) for name in ("one", "two", "three", "even" if number % 2 == 0 else "odd")]


async def refresh(folder: Path, number: int, tell: Tell, *, endless: bool) -> None:
    async with opened(folder) as parts:
        await parts.searcher.open()
        tell("\n")
        while True:
            plan = await parts.refresh.plan(guides_of(number))
            await parts.refresh.apply(plan, actor="test", note="", progress=ignore_progress)
            if not endless:
                return
            number += 1


async def inspect(folder: Path, tell: Tell) -> None:
    async with opened(folder) as parts:
        edition = await parts.library.live()
        live = {text.id: text.searchable async for text in parts.library.texts(edition)}
        whole = await parts.searcher.open()

        rounds = sorted({int(number) for text in live.values() for number in ROUND.findall(text)})
        unreached, strangers = [], set()
        for chunk in await parts.library.chunks(list(live), edition.model):
            if chunk.id not in parts.index.nearest(chunk.vectors[0], 1):
                unreached.append(chunk.id)
            for text in (live[chunk.id], *chunk.asks):
                vector = parts.embeddings.encode([text])[0]
                found = {passage.chunk.id for passage in await parts.searcher.search(text, vector, 50)}
                unreached += {chunk.id} - found
                strangers |= found - live.keys()
        seen = {
            "whole": whole,
            "rounds": rounds,
            "versions": dict(edition.versions),
            "expected": {each.guide.id: each.version_id for each in map(draft, guides_of(rounds[0]))},
            "chunks": len(live),
            "expected_chunks": SECTIONS * len(guides_of(rounds[0])),
            "unreached": unreached,
            "strangers": sorted(strangers),
            "stale_rows": [row for row in parts.index._row_ids() if row.partition("#")[0] not in live],
        }
        tell(json.dumps(seen))


def fork(work: Callable[[Tell], Coroutine[Any, Any, None]]) -> tuple[int, int]:
    """Do the work in a child; return its process id and where to read what it tells."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    status = 1
    try:
        asyncio.run(work(lambda text: os.write(writing, text.encode())))
        status = 0
    except BaseException:  # noqa: BLE001 - the child must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def answer(folder: Path, order: dict[str, Any]) -> object:
    began = time.monotonic()
    if "kill" in order:
        pid, reading = fork(lambda tell: refresh(folder, order["round"], tell, endless=True))
        if order["opened"]:
            os.read(reading, 1)
        time.sleep(order["kill"])  # not to wait for anything: this is when it dies
        os.kill(pid, signal.SIGKILL)
    elif "refresh" in order:
        pid, reading = fork(lambda tell: refresh(folder, order["refresh"], tell, endless=False))
    else:
        pid, reading = fork(lambda tell: inspect(folder, tell))
    with os.fdopen(reading) as pipe:
        told = pipe.read().strip()
    _, status = os.waitpid(pid, 0)
    return {
        "signal": os.WTERMSIG(status),
        "status": status,
        "told": json.loads(told or "null"),
        "took": time.monotonic() - began,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(Path(sys.argv[1]), json.loads(line))), flush=True)
