"""Whether the passages a sentence cites bear it out. Asked of everything a model writes."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from knowledge.library import StoredChunk, Vectors
from retrieval.claims import Reader
from retrieval.embeddings import SentenceEmbeddings
from retrieval.evidence import Evidence, Signs, signs_of

# A logistic regression on the tuning part of tests/golden/support.jsonl, by
# tests/golden/fit_support.py. A strange name, figure or role needs no weighing.
_WEIGHTS: Mapping[str, float] = {
    "likeness": 4.55, "topic": -6.35, "covered": 8.96, "exact": 2.72, "vague": 1.05, "together": -2.09,
    "subject": -1.59, "length": 14.43, "conflict": -2.41, "denial": -2.09, "disorder": -13.04,
    "mixture": -14.86, "opposed": -1.41, "mislabelled": -4.89, "other_role": -3.93, "apart": -3.69,
    "joined": 3.82,
}  # fmt: skip
_BIAS = -20.85
# In cross-validation 0.94 of unsupported sentences are caught there, and 0.85 of supported ones
# kept; higher, more would be dropped than caught.
_THRESHOLD = 0.6
# Words and units whose vectors are kept: a few answers' worth.
_KEPT_VECTORS = 5000


class Verifier:
    """Checks sentences against passages."""

    def __init__(self, embeddings: SentenceEmbeddings, reader: Reader) -> None:
        """Compare by the meaning that the embeddings give, and by what the reader reads."""
        self._embeddings = embeddings
        self._reader = reader
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    async def supported(self, sentence: str, cited: Sequence[StoredChunk]) -> bool:
        """Whether the cited passages, taken together, say what a sentence says."""
        signs = await self.signs(sentence, cited)
        return not signs.strange and likelihood(signs) >= _THRESHOLD

    async def signs(self, sentence: str, cited: Sequence[StoredChunk]) -> Signs:
        """Return what speaks for a sentence and against it."""
        claim = self._reader.read(sentence)
        evidence = Evidence.of(cited, self._reader)
        await self._learn((claim.text, *claim.surfaces, *evidence.texts))
        return signs_of(claim, evidence, self._reader, self._vectors.__getitem__)

    async def _learn(self, texts: Iterable[str]) -> None:
        """Make sure of the texts' vectors; forget those not asked for in a while."""
        wanted = list(dict.fromkeys(texts))
        for text in wanted:
            if text in self._vectors:
                self._vectors.move_to_end(text)
        # Words beside words: a batch is as slow as its longest text.
        new = sorted((text for text in wanted if text not in self._vectors), key=len)
        self._vectors.update(zip(new, await self._embeddings.aencode(new), strict=True))
        while len(self._vectors) > max(_KEPT_VECTORS, len(wanted)):
            self._vectors.popitem(last=False)


def likelihood(signs: Signs) -> float:
    """Weigh the signs to a likelihood from 0 to 1."""
    values = asdict(signs)
    return 1 / (1 + math.exp(-_BIAS - sum(weight * values[sign] for sign, weight in _WEIGHTS.items())))
