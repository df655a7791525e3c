"""The direction that all texts of one field share, and what is left without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge.library import Vectors

# All texts of one field point the same way for no better reason than being of that field.
# Taking most of it away lets the rest decide (Mu and Viswanath, "All-but-the-Top", 2018).
_SHARE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A library's field: `common` is the mean of its vectors, of shape (dimensions,)."""

    common: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> Field:
        """Take the field of vectors of shape (n, dimensions), n at least 1."""
        return cls(np.mean(vectors, axis=0, dtype=np.float32))

    def distinct(self, vectors: Vectors) -> Vectors:
        """Take the common direction out of vectors (rows, or one), back to unit length."""
        rest = vectors - _SHARE * self.common
        lengths: Vectors = np.linalg.norm(rest, axis=-1, keepdims=True)
        return rest / lengths
