"""Hybrid search: nearest by meaning (Chroma) and by words (BM25), ranked together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from chromadb.errors import InternalError

from knowledge.drafts import version_of
from knowledge.library import Edition, Library, StoredChunk, Vectors
from retrieval.answer import Passage
from retrieval.field import Field
from retrieval.index import VectorIndex
from retrieval.lexical import WordIndex
from retrieval.shelf import Shelf
from retrieval.statements import likeness_of_statements, rests_on_statements

# Candidates each index names; all of them are read from the library and ranked anew.
# Chroma counts rows, of which a chunk has one and one more for each of its questions.
_NEAREST_ROWS = 150
_NEAREST_BY_WORDS = 12
_MOST_CANDIDATES = 14

# What a candidate's likeness is made of. Tuned on the tuning part of the golden set.
_CHUNK_WEIGHT = 0.3
_VIEWS_WEIGHT = 1.0
_WORDS_WEIGHT = 0.6
_VIEWS = 2

# Chunks read to find the library's field; more do not move it.
_FIELD_SAMPLE = 400
# What has left the library stays in a shared index at least so long, for processes that still search
# the edition before. They look every few seconds; a minute is time for many looks.
_LINGERING = timedelta(minutes=1)


def _forget(_text: str) -> None:
    """Learn nothing."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was wrong with the index when it was opened, in chunks; all of it is mended."""

    stale: int
    missing: int
    unreachable: int


class Searcher:
    """Finds passages in the live edition of the library."""

    def __init__(
        self, library: Library, index: VectorIndex, model: str, learn: Callable[[str], None] = _forget
    ) -> None:
        """Search the library by vectors of the model whose fingerprint is given.

        `learn` is told the words of every chunk that becomes live.
        """
        self._library = library
        self._index = index
        self.words = WordIndex()
        self._model = model
        self._learn = learn
        self._live: frozenset[str] = frozenset()
        self._chunks: dict[str, list[str]] = {}  # of each live version
        self.mended = Mended(0, 0, 0)
        self._prepared: set[str] = set()  # versions that are indexed and not live
        self.field: Field | None = None
        self._edition = 0  # the one that is searched
        self._following = asyncio.Lock()
        self._shelf = Shelf(library, model)

    def beside(self, learn: Callable[[str], None] = _forget) -> Searcher:
        """Make another searcher of the same index, to try an edition out."""
        return Searcher(self._library, self._index, self._model, learn)

    async def open(self) -> bool:
        """Take up the live edition, mending the index where it is not whole.

        Returns whether the library holds anything that this model can search.
        """
        edition = await self._library.live()
        if not edition.id:
            # A kill may have left what was indexed for a first edition that never came.
            self.mended = await asyncio.to_thread(self._heal, [])
        if edition.model != self._model:
            return False
        rows = [row async for row in self._library.index_rows(edition, self._model)]
        self.mended = await asyncio.to_thread(self._heal, rows)
        async with self._following:
            await self._follow(edition)
        return bool(rows)

    def _heal(self, rows: Sequence[tuple[str, Vectors]]) -> Mended:
        """Make the index hold every live chunk, each where a search reaches it.

        One of our own holds no other; in a shared one there may be what other processes still search.
        """
        try:
            return self._mend(rows)
        except InternalError:
            # A kill at the wrong moment leaves files that Chroma itself cannot read any more.
            self._index.clear()
            self._index.add(rows)
            return Mended(0, len(rows), 0)

    def _mend(self, rows: Sequence[tuple[str, Vectors]]) -> Mended:
        live = {chunk_id for chunk_id, _ in rows}
        stale = set() if self._index.shared else self._index.chunk_ids() - live
        if stale:
            self._index.keep_only(live)
        missing = self._index.incomplete(rows)
        self._index.add(missing)
        if unreachable := self._index.unreachable(rows):
            self._index.clear()
            self._index.add(rows)
        return Mended(len(stale), len(missing), len(unreachable))

    async def prepare(self, edition: Edition) -> None:
        """Index what an edition adds, while the live one goes on being searched."""
        new = set(edition.versions.values()) - self._chunks.keys()
        if not self._index.shared:  # else another process may have swept it out since
            new -= self._prepared
        rows = [row async for row in self._library.index_rows(edition.of(new), self._model)]
        await asyncio.to_thread(self._index.add, rows)
        self._prepared |= new

    async def follow(self, edition: Edition) -> None:
        """Search this edition from now on; what it no longer has leaves the indexes.

        Only what differs from the edition followed so far is read.
        """
        async with self._following:
            if not edition.id or edition.id != self._edition:
                await self._follow(edition)

    async def catch_up(self) -> bool:
        """Follow what another process has made live; return whether there was anything."""
        async with self._following:
            if await self._library.live_id() == self._edition:
                return False
            live = await self._library.live()
            if live.model != self._model:
                return False
            if not self._index.shared:
                await self.prepare(live)
            await self._follow(live)
            return True

    async def _follow(self, edition: Edition) -> None:
        versions = set(edition.versions.values())
        new = edition.of(versions - self._chunks.keys())
        texts = [text async for text in self._library.texts(new)]
        await asyncio.to_thread(self.words.add, [(text.id, text.searchable) for text in texts])
        field = await self._sample_field(edition)
        chunks = {version: ids for version, ids in self._chunks.items() if version in versions}
        for text in texts:
            chunks.setdefault(version_of(text.id), []).append(text.id)
        gone = await self._library.index_sizes((self._chunks.keys() | self._prepared) - versions)
        await asyncio.to_thread(self._index.read_anew)
        # From here on a search sees the new edition, and has until now seen the old one.
        self.field, self._chunks, self._edition = field, chunks, edition.id
        self._live = frozenset(chunk_id for ids in chunks.values() for chunk_id in ids)
        self._prepared = set()
        await asyncio.to_thread(self.words.remove, gone)
        if not self._index.shared:
            await asyncio.to_thread(self._index.remove, gone)
        # Not from the questions: they are misspelt on purpose.
        await asyncio.to_thread(self._learn_all, [text.said for text in texts])

    def _learn_all(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._learn(text)

    async def discard(self) -> None:
        """Take what was prepared, and is not live, out of the index; a shared one is swept."""
        stale = await self._library.index_sizes(self._prepared)
        self._prepared = set()
        if not self._index.shared:
            await asyncio.to_thread(self._index.remove, stale)

    async def sweep(self) -> None:
        """Take out of a shared index what no process searches any more. Nobody else may write meanwhile.

        What left the library just now stays until the next sweep: other processes may not know yet.
        """
        if self._index.shared:
            searched = await self._library.versions_live_since(datetime.now(UTC) - _LINGERING)
            await asyncio.to_thread(self._sweep, searched)

    def _sweep(self, versions: set[str]) -> None:
        chunk_ids = self._index.chunk_ids()
        self._index.keep_only({chunk_id for chunk_id in chunk_ids if version_of(chunk_id) in versions})

    async def _sample_field(self, edition: Edition) -> Field | None:
        sample = [chunk async for chunk in self._library.sample(edition, self._model, _FIELD_SAMPLE)]
        if not sample:
            return None
        return await asyncio.to_thread(Field.of_chunks, sample)

    async def indexed(self) -> int:
        """Count the rows of the index; it fails where a search would."""
        return await asyncio.to_thread(self._index.count)

    async def search(self, text: str, vector: Vectors, k: int) -> list[Passage]:
        """Return the `k` best passages for a question and its vector, best first."""
        field = self.field
        if field is None:
            return []
        candidates, words = await asyncio.to_thread(self._candidates, text, vector)
        query = field.distinct(vector)
        sharpened = field.sharpened(query)
        passages = []
        for chunk, distinct in await self._shelf.take(candidates, field):
            # What is sharpened was learnt from questions, and is of use beside questions only.
            asked = query if rests_on_statements(chunk) else sharpened
            score = likeness(chunk, distinct, asked, vector) + _WORDS_WEIGHT * words.get(chunk.id, 0.0)
            passages.append(Passage(chunk, score, distinct))
        return sorted(passages, key=lambda passage: (-passage.score, passage.chunk.id))[:k]

    def _candidates(self, text: str, vector: Vectors) -> tuple[list[str], dict[str, float]]:
        """Name the chunks either index finds, and how much of the question's words each has."""
        while True:
            live = self._live
            near = self._index.nearest(vector, _NEAREST_ROWS)
            bm25 = self.words.nearest(text, _NEAREST_BY_WORDS)
            if live is self._live:  # else another edition became live, of which these may miss something
                break
        rarity = sum(self.words.rarity(self.words.terms(text)).values())
        words = {chunk_id: score / rarity for chunk_id, score in bm25.items()} if rarity else {}
        merit = {
            chunk_id: near.get(chunk_id, 0.0) + words.get(chunk_id, 0.0)
            for chunk_id in (near.keys() | words.keys()) & live
        }
        best = sorted(merit, key=lambda chunk_id: (-merit[chunk_id], chunk_id))
        return best[:_MOST_CANDIDATES], words


def likeness(chunk: StoredChunk, vectors: Vectors, query: Vectors, plain: Vectors) -> float:
    """How near a chunk's meaning is to a question's: 0 to about 1.5.

    `vectors` are the chunk's; they and `query`, the question's, are distinct, the question's sharpened
    or not. `plain` is the question's vector as it is.
    """
    if rests_on_statements(chunk):
        return likeness_of_statements(chunk, vectors, query, plain)
    similarity = vectors @ query
    views = np.sort(similarity[1:])[-_VIEWS:].mean()
    return float(_CHUNK_WEIGHT * similarity[0] + _VIEWS_WEIGHT * views)
