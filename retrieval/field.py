"""What all texts of a library share: a direction, and words that stand nearly everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from knowledge.library import Vectors

# All texts of one field point the same way for no better reason than being of that field.
# Taking most of it away lets the rest decide (Mu and Viswanath, "All-but-the-Top", 2018).
_SHARE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A library's field.

    `common` is the mean of its vectors, of shape (dimensions,); `spread` is the share of
    its texts, from 0 to 1, that hold a word.
    """

    common: Vectors
    spread: Mapping[str, float]

    @classmethod
    def of(cls, vectors: Vectors, texts: Collection[Iterable[str]] = ()) -> Field:
        """Take the field of vectors of shape (n, dimensions) and of texts cut into words."""
        return cls(np.mean(vectors, axis=0, dtype=np.float32), spread_of(texts))

    def distinct(self, vectors: Vectors) -> Vectors:
        """Take the common direction out of vectors (rows, or one), back to unit length."""
        rest = vectors - np.float32(_SHARE) * self.common
        return unit_length(rest)


def unit_length(vectors: Vectors) -> Vectors:
    """Scale vectors (rows, or one) to length 1."""
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled


def spread_of(texts: Collection[Iterable[str]]) -> dict[str, float]:
    """Return for each word the share of the texts that hold it."""
    holding = Counter(word for words in texts for word in set(words))
    return {word: count / len(texts) for word, count in holding.items()}
