"""What questions of two kinds mean, weighed by their vectors.

The one kind come in groups by what answers them, the other by what they ask for. In the directions
that tell these groups apart best, neighbours are alike in meaning and not only in manner.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import RidgeClassifier

from knowledge.library import Vectors
from retrieval.discriminant import discriminant
from retrieval.field import unit_length

# Directions kept, and how much of each is left as it was: between half and twice as many, or as
# much, made no difference on the tuning part of the golden set.
_DIRECTIONS = 192
_SHRINKAGE = 0.5


class Meaning:
    """Tells by vectors to which of two kinds a question belongs, and who its neighbours are."""

    def __init__(
        self, positive: Vectors, groups: Sequence[int], negative: Vectors, others: Sequence[int]
    ) -> None:
        """Learn from the vectors of both kinds and the numbers of their groups.

        Without positive ones nothing leans; without negative ones directions are left as they are.
        """
        vectors = np.concatenate([positive, negative])
        apart = [*groups, *(-1 - number for number in others)]
        self._directions = np.eye(vectors.shape[1], dtype=np.float32)
        if len(negative):
            self._directions = discriminant(vectors, apart, _DIRECTIONS, _SHRINKAGE)
        self.negative = self.told_apart(negative)
        self._model: RidgeClassifier | None = None
        if len(positive) and len(negative):
            labels = np.repeat([1, 0], [len(positive), len(negative)])
            self._model = RidgeClassifier(class_weight="balanced")
            self._model.fit(np.concatenate([self.told_apart(positive), self.negative]), labels)

    def told_apart(self, vectors: Vectors) -> Vectors:
        """See vectors (rows, or one) in the directions that tell meanings apart, at unit length."""
        return unit_length(vectors @ self._directions)

    def lean(self, question: Vectors) -> float:
        """Weigh a question told apart: above 0 it lies with the positive ones, below 0 with the others."""
        return float(self._model.decision_function(question[None])[0]) if self._model else 0.0
