"""A curator over real parts, and beside it a plain model of what it should have done.

Each document says its name and its version, so that what is live can be read off what is found.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from bot.migrations.upgrade import upgrade
from bot.moderation.curator import Curator
from bot.moderation.duplicates import Duplicates
from bot.moderation.intake import Intake
from bot.moderation.items import pasted
from bot.moderation.proposal import Proposal
from knowledge.database import create_engine
from knowledge.fetching import Fetcher
from knowledge.guide import Guide, Section, Source
from knowledge.library import Edition, Library
from knowledge.loaders.document import Document
from knowledge.loaders.reading import read
from knowledge.loaders.sandbox import Sandbox
from knowledge.sources import Sources
from retrieval.index import VectorIndex, open_client
from retrieval.refresh import Refresh
from retrieval.search import Searcher
from tests.retrieval.killed_refresh import HashedEmbeddings

DOCUMENTS, VERSIONS = 4, 5
SAID = re.compile(r"(?:added|shipped) \d says version \d")

# What is live: by document, its version.
State = dict[str, str]


class Unguarded(Sandbox):
    """Reads in this process: what is read here is no stranger's."""

    async def read(self, data: bytes, *, name: str, content_type: str = "") -> Document:
        return read(data, name=name, content_type=content_type)


def text_of(name: str, version: int) -> str:
    return f"The one called {name} says version {version}, and it says so in a whole sentence."


def shipped_guide(name: str, version: int) -> Guide:
    source = Source("notes", "Notes")
    section = Section("Part", text_of(name, version), (source,), (f"What does {name} say?",))
    return Guide(name.replace(" ", "-"), name, "A guide.", date(2026, 1, 1), (source,), (section,))


@dataclass
class Shelf:
    """The parts, what lies in the guides' folder, and the model: all states there were, by edition."""

    library: Library
    sources: Sources
    searcher: Searcher
    index: VectorIndex
    embeddings: HashedEmbeddings
    curator: Curator
    folder: dict[str, int]
    past: dict[int, tuple[State, frozenset[str]]] = field(default_factory=dict)

    async def operate(self, random: np.random.Generator, announce: Callable[[State], None]) -> str:
        """Do something at random; what should be live after it is announced before it is applied."""
        live = await self.library.live()
        state, withdrawn = self.past.get(live.id, ({}, frozenset()))
        version = int(random.integers(VERSIONS))
        number = int(random.integers(DOCUMENTS))
        what = str(random.choice(["add", "add", "remove", "undo", "refresh", "discard"]))
        match what:
            case "add" | "discard":
                name = f"added {number}"
                proposal = await self.curator.propose_add([pasted(name, text_of(name, version))], actor="mod")
                if what == "discard":
                    await self.curator.prepare(proposal)
                    await self.curator.discard()
                    return what
                after = {**state, name: f"{name} says version {version}"}
            case "remove" if state:
                name = str(random.choice(sorted(state)))
                proposal = await self.curator.propose_remove([name])
                after = {each: said for each, said in state.items() if each != name}
                withdrawn |= {name.replace(" ", "-")} & {each.replace(" ", "-") for each in self.folder}
            case "undo" if self.past:
                edition_id = int(random.choice(sorted(self.past)))
                proposal = await self.curator.propose_undo(edition_id)
                after, withdrawn = self.past[edition_id]
            case _:
                name = f"shipped {number}"
                self.folder[name] = version
                proposal = await self.curator.propose_refresh(actor="mod")
                lying = {
                    each: f"{each} says version {v}"
                    for each, v in self.folder.items()
                    if each.replace(" ", "-") not in withdrawn
                }
                after = {each: said for each, said in state.items() if each.startswith("added")} | lying
                what = "refresh"
        announce(after)
        edition = await self._apply(proposal)
        self.past[edition.id] = (after, withdrawn)
        return what

    async def _apply(self, proposal: Proposal) -> Edition:
        return await self.curator.apply(proposal, actor="mod")

    async def state(self, edition: Edition) -> State:
        """Read what an edition says, by document."""
        said = [SAID.search(text.said) async for text in self.library.texts(edition)]
        return {" ".join(each[0].split()[:2]): each[0] for each in said if each}

    async def recall(self) -> None:
        """Take the past over from the library, as after a start."""
        number = 1
        while edition := await self.library.edition(number):
            self.past[number] = (await self.state(edition), edition.withdrawn)
            number += 1

    async def faults(self) -> list[str]:
        """Compare library, register and both indexes with each other; say what does not fit."""
        live = await self.library.live()
        chunks = [text.id async for text in self.library.texts(live)]
        faults = [f"no source: {each}" for each in live.versions if not each.startswith("shipped")]
        known = await self.sources.all()
        faults = [each for each in faults if each.removeprefix("no source: ") not in known]
        for chunk in await self.library.chunks(chunks, live.model):
            found = await self.searcher.search(chunk.units[0].text, chunk.vectors[0], 50)
            ids = {passage.chunk.id for passage in found}
            faults += [f"not found: {chunk.id}"] * (chunk.id not in ids)
            faults += [f"not live: {each}" for each in ids - set(chunks)]
        rows = {row.partition("#")[0] for row in self.index._row_ids()}
        faults += [f"stale row: {row}" for row in rows - set(chunks)]
        return faults


@asynccontextmanager
async def open_shelf(folder: Path) -> AsyncIterator[Shelf]:
    engine = create_engine(f"sqlite+aiosqlite:///{folder / 'coach.db'}")
    await upgrade(engine)
    library, sources, embeddings = Library(engine), Sources(engine), HashedEmbeddings()
    client = open_client(folder / "chroma")
    index = VectorIndex(client, embeddings.fingerprint)
    searcher = Searcher(library, index, embeddings.fingerprint)
    refresh = Refresh(library, embeddings, searcher)
    lying: dict[str, int] = {}
    curator = Curator(
        library,
        sources,
        refresh,
        Intake(Fetcher(), Unguarded()),
        Duplicates(library, searcher, embeddings),
        lambda: [shipped_guide(name, version) for name, version in lying.items()],
        nullcontext,
    )
    await searcher.open()
    shelf = Shelf(library, sources, searcher, index, embeddings, curator, lying)
    await shelf.recall()
    try:
        yield shelf
    finally:
        await engine.dispose()
        client.close()  # type: ignore[attr-defined]
