"""What the texts of a library have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from knowledge.library import Vectors

# All texts of one field point the same way for no better reason than being of that field.
# Taking most of it away lets the rest decide (Mu and Viswanath, "All-but-the-Top", 2018).
_SHARE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A library's field.

    `common` is the mean of its vectors, of shape (dimensions,); `asks` are questions that
    its texts answer.
    """

    common: Vectors
    asks: tuple[str, ...]

    @classmethod
    def of(cls, vectors: Vectors, asks: Iterable[str] = ()) -> Field:
        """Take the field of vectors of shape (n, dimensions) and of what is asked in it."""
        return cls(np.mean(vectors, axis=0, dtype=np.float32), tuple(asks))

    def distinct(self, vectors: Vectors) -> Vectors:
        """Take the common direction out of vectors (rows, or one), back to unit length."""
        rest = vectors - np.float32(_SHARE) * self.common
        return unit_length(rest)


def unit_length(vectors: Vectors) -> Vectors:
    """Scale vectors (rows, or one) to length 1."""
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled
