"""What the texts of a library have in common, and what tells its questions apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.library import StoredChunk, Vectors
from retrieval.discriminant import discounting

# All texts of one field point the same way for no better reason than being of that field.
# Taking most of it away lets the rest decide (Mu and Viswanath, "All-but-the-Top", 2018).
_SHARE = 0.9
# How much of a question's vector is left as it was: the most that still lifted the right section to
# the top as often as any, on the tuning part of the golden set.
_SHRINKAGE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A library's field.

    `common` is the mean of its vectors, of shape (dimensions,). `asks` are questions that its texts
    answer, `vectors` are theirs, distinct, and `sections` number the texts that answer them.
    """

    common: Vectors
    asks: tuple[str, ...]
    vectors: Vectors
    sections: tuple[int, ...]
    _discounting: Vectors | None

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """Take the field of vectors of shape (n, dimensions) of which no more is known."""
        return cls(_mean(vectors), (), vectors[:0], (), None)

    @classmethod
    def of_chunks(cls, chunks: Sequence[StoredChunk]) -> Self:
        """Take the field of a library's chunks and of what they are asked."""
        common = _mean(np.concatenate([chunk.vectors[: 1 + len(chunk.asks)] for chunk in chunks]))
        asked = np.concatenate([chunk.vectors[1 : 1 + len(chunk.asks)] for chunk in chunks])
        asks = tuple(ask for chunk in chunks for ask in chunk.asks)
        vectors = _distinct(asked, common)
        sections = tuple(number for number, chunk in enumerate(chunks) for _ in chunk.asks)
        # Where no text is asked two things, there is nothing to learn from.
        several = len(set(sections)) < len(sections)
        return cls(
            common, asks, vectors, sections, discounting(vectors, sections, _SHRINKAGE) if several else None
        )

    def distinct(self, vectors: Vectors) -> Vectors:
        """Take the common direction out of vectors (rows, or one), back to unit length."""
        return _distinct(vectors, self.common)

    def sharpened(self, question: Vectors) -> Vectors:
        """Turn a question's distinct vector away from what only the way of asking makes of it.

        It is to be compared with distinct vectors as they are.
        """
        return question if self._discounting is None else unit_length(question @ self._discounting)


def _mean(vectors: Vectors) -> Vectors:
    mean: Vectors = np.mean(vectors, axis=0, dtype=np.float32)
    return mean


def _distinct(vectors: Vectors, common: Vectors) -> Vectors:
    return unit_length(vectors - np.float32(_SHARE) * common)


def unit_length(vectors: Vectors) -> Vectors:
    """Scale vectors (rows, or one) to length 1."""
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled
