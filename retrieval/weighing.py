"""Weighs what speaks for a sentence against what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from knowledge.yamls import read_yaml
from retrieval.signs import Signs

# Written by tests/golden/fit_support.py, which says how.
WEIGHTS = Path(__file__).with_name("weights.yaml")


@dataclass(frozen=True, slots=True)
class Opinion:
    """One way to look at the signs: their weighed sum, squeezed to between -1 and 1."""

    weight: float
    bias: float
    signs: Mapping[str, float]

    def of(self, signs: Signs) -> float:
        """Return the opinion's part in the whole."""
        total = self.bias + sum(weight * getattr(signs, sign) for sign, weight in self.signs.items())
        return self.weight * math.tanh(total)


@dataclass(frozen=True, slots=True)
class Weighing:
    """A neural network of one small layer; a strange name, figure or role needs no weighing."""

    threshold: float
    bias: float
    opinions: tuple[Opinion, ...]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Self:
        """Read the fitted weights."""
        read = read_yaml(path)
        return cls(read["threshold"], read["bias"], tuple(Opinion(**each) for each in read["opinions"]))

    def convinces(self, signs: Signs) -> bool:
        """Whether what speaks for a sentence is enough."""
        return not signs.strange and self.likelihood(signs) >= self.threshold

    def likelihood(self, signs: Signs) -> float:
        """Weigh the signs to a likelihood from 0 to 1."""
        return 1 / (1 + math.exp(-self.bias - sum(opinion.of(signs) for opinion in self.opinions)))
