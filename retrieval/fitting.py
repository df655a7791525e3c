"""How the words of a question fit what passages say, each as it is meant where it stands.

“Is there a gym in the new building?” lies near all that is said of the building; that nothing said is
like a gym there shows in that word alone. So the word that fits worst is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from knowledge.library import StoredChunk
from retrieval.context import InContext
from retrieval.embeddings import SentenceEmbeddings, Tokens
from retrieval.recent import Recent

# Statements whose words are kept in mind: those of a few dozen passages, at most 15 MB.
_KEPT = 500


class Fitting:
    """Reads questions and passages word by word, and remembers the passages."""

    def __init__(self, embeddings: SentenceEmbeddings) -> None:
        """Read by these embeddings."""
        self._embeddings = embeddings
        self._statements: Recent[InContext] = Recent(_KEPT)

    async def worst(self, question: str, chunks: Sequence[StoredChunk]) -> float:
        """How like the least fitting of a question's words is to the likest word of any chunk.

        About 1 where it is said there just so, 0 where nothing is like it; 1 for a question without
        telling words.
        """
        # What somebody wrote is kept nowhere but in their conversation.
        [asked] = await self._read([question])
        places = (f"{chunk.guide}: {chunk.section}" for chunk in chunks)
        units = (unit.text for chunk in chunks for unit in chunk.units)
        said = await self._statements.get((*places, *units), self._read)
        if not (len(asked.parts) and any(len(each.parts) for each in said.values())):
            return 1.0
        words = np.concatenate([each.words for each in said.values() if len(each.parts)])
        return float((asked.words @ words.T).max(axis=1).min())

    async def _read(self, texts: Sequence[str]) -> list[InContext]:
        tokens = await self._embeddings.aencode_tokens(texts)
        return await asyncio.to_thread(_readings, texts, tokens)


def _readings(texts: Sequence[str], tokens: Sequence[Tokens]) -> list[InContext]:
    # Words are compared by what they mean, so that their stems are of no use.
    return [InContext.of(text, each, str.lower) for text, each in zip(texts, tokens, strict=True)]
