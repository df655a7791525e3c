"""Finds out whether what is added stands in the library already, word for word or nearly."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.moderation.proposal import Duplicate
from knowledge.chunking import chunk_guide
from knowledge.guide import Guide
from knowledge.library import Library
from retrieval.embeddings import SentenceEmbeddings
from retrieval.search import Searcher

# A page is a duplicate when this share of its sentences stands in one other guide.
_SAME = 0.8
_LEAST_WORDS = 6
# So many sentences, spread over a guide, tell as much as all of them.
_SAMPLE = 40
_CHUNKS_A_SENTENCE = 3
_NOT_A_WORD = re.compile(r"[\W_]+")


class Duplicates:
    """Compares guides with the live ones, and with each other."""

    def __init__(self, library: Library, searcher: Searcher, embeddings: SentenceEmbeddings) -> None:
        """Look the sentences up where questions are looked up."""
        self._library = library
        self._searcher = searcher
        self._model = embeddings.fingerprint

    async def part(
        self, guides: Sequence[Guide], leaving: Iterable[str] = ()
    ) -> tuple[list[Guide], list[Duplicate]]:
        """Part new guides from duplicates; what is `leaving` the library does not count."""
        kept: list[Guide] = []
        found: list[Duplicate] = []
        elsewhere: dict[str, str] = {}  # a sentence → the new guide it stands in
        gone = set(leaving)
        for guide in guides:
            sentences = _sentences(guide)
            sample = sentences[:: max(1, len(sentences) // _SAMPLE)]
            counts = Counter(elsewhere[each] for each in sample if each in elsewhere)
            counts += await self._live(guide, sample, gone)
            title, count = max(counts.items(), key=lambda pair: pair[1], default=("", 0))
            if sample and count >= _SAME * len(sample):
                found.append(Duplicate(guide.title, title, count / len(sample)))
            else:
                kept.append(guide)
                elsewhere |= dict.fromkeys(sentences, guide.title)
        return kept, found

    async def _live(self, guide: Guide, sample: Sequence[str], gone: set[str]) -> Counter[str]:
        """Count for each live guide but its own former self how many of the sentences it holds."""
        near = await asyncio.to_thread(self._near, sample)
        chunks = await self._library.chunks(sorted(set().union(*near.values())), self._model)
        known = {chunk.id: chunk for chunk in chunks if chunk.guide_id not in {guide.id, *gone}}
        said = {chunk_id: {_plain(unit.text) for unit in chunk.units} for chunk_id, chunk in known.items()}
        counts: Counter[str] = Counter()
        for sentence, ids in near.items():
            counts.update({known[each].guide for each in ids if sentence in said.get(each, ())})
        return counts

    def _near(self, sentences: Sequence[str]) -> dict[str, set[str]]:
        """Name the chunks that share most words with each sentence."""
        words = self._searcher.words
        return {sentence: set(words.nearest(sentence, _CHUNKS_A_SENTENCE)) for sentence in sentences}


def _sentences(guide: Guide) -> list[str]:
    said = (_plain(unit.text) for chunk in chunk_guide(guide) for unit in chunk.units)
    return list(dict.fromkeys(each for each in said if len(each.split()) >= _LEAST_WORDS))


def _plain(text: str) -> str:
    return _NOT_A_WORD.sub(" ", text.casefold()).strip()
