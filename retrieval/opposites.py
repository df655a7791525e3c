"""Words that say the opposite of each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from knowledge.yamls import read_yaml
from retrieval.prompts import PROMPTS

_OPPOSITES = PROMPTS / "opposites.yaml"

Words = frozenset[str]


class Opposites:
    """Knows pairs of sides, each a set of stems of one leaning."""

    def __init__(self, sides: Sequence[Sequence[str]], stem: Callable[[str], str]) -> None:
        """Stem the words of each side; a stem on both sides of a pair leans neither way."""
        stemmed = [tuple(frozenset(map(stem, side.split())) for side in pair) for pair in sides]
        self._pairs = [pair for a, b in stemmed for pair in ((a - b, b - a), (b - a, a - b))]

    @classmethod
    def load(cls, stem: Callable[[str], str], path: Path = _OPPOSITES) -> Self:
        """Read the project's pairs."""
        return cls(read_yaml(path), stem)

    def turned(self, ours: Words, theirs: Words) -> int:
        """Count the pairs of which one text has the one side only, and the other the other."""
        return sum(
            bool(ours & here and theirs & there) and not (ours & there or theirs & here)
            for here, there in self._pairs
        )
