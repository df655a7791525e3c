"""Whether the passages a sentence cites bear it out. Asked of everything a model writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from knowledge.library import StoredChunk, Vectors
from retrieval.claims import Reader
from retrieval.context import InContext
from retrieval.embeddings import SentenceEmbeddings
from retrieval.evidence import Evidence
from retrieval.misfits import Misfits
from retrieval.recent import Recent
from retrieval.signs import Case, Meanings, signs_of
from retrieval.weighing import Weighing

# Words and units whose meaning is kept: a few answers' worth.
_KEPT_VECTORS = 5000
_KEPT_READINGS = 500


class Verifier:
    """Checks sentences against passages."""

    def __init__(self, embeddings: SentenceEmbeddings, reader: Reader) -> None:
        """Compare by the meaning that the embeddings give, and by what the reader reads."""
        self._examiner = Examiner(embeddings, reader)
        self._misfits = Misfits.load()
        self._weighing = Weighing.load()

    async def supported(self, sentence: str, cited: Sequence[StoredChunk]) -> bool:
        """Whether the cited passages, taken together, say what a sentence says."""
        if not any(chunk.units for chunk in cited):
            return False
        case = await self._examiner.read(sentence, cited)
        return self._weighing.convinces(await asyncio.to_thread(signs_of, case, self._misfits))


class Examiner:
    """Reads sentences and what they cite, and remembers what texts mean."""

    def __init__(self, embeddings: SentenceEmbeddings, reader: Reader) -> None:
        """Compare by the meaning that the embeddings give, and by what the reader reads."""
        self._embeddings = embeddings
        self._reader = reader
        self._vectors: Recent[Vectors] = Recent(_KEPT_VECTORS)
        self._readings: Recent[InContext] = Recent(_KEPT_READINGS)

    async def read(self, sentence: str, cited: Sequence[StoredChunk]) -> Case:
        """Return a sentence beside passages that have units, ready to be compared."""
        claim = self._reader.read(sentence)
        evidence = await asyncio.to_thread(Evidence.of, cited, self._reader)
        vectors = await self._vectors.get((claim.text, *claim.surfaces, *evidence.texts), self._encode)
        units = [unit.text for unit in evidence.claims]
        readings = await self._readings.get((claim.text, *units), self._read)
        return Case(claim, evidence, self._reader, Meanings(vectors.__getitem__, readings.__getitem__))

    async def _encode(self, texts: Sequence[str]) -> Iterable[Vectors]:
        return await self._embeddings.aencode(texts)

    async def _read(self, texts: Sequence[str]) -> Iterable[InContext]:
        tokens = await self._embeddings.aencode_tokens(texts)
        return [InContext.of(text, each, self._reader.stem) for text, each in zip(texts, tokens, strict=True)]
