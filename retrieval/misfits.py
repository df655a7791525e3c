"""How the words of a sentence fit a passage, and which of them do not.

A word put in the place of another is like nothing that the passage says, or only like what it says
elsewhere. How likely a word is such a one is learnt from sentences in which words were swapped by rule,
as the quality of a translation is estimated word by word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.library import Vectors
from knowledge.yamls import read_yaml
from retrieval.claims import Words
from retrieval.context import InContext

# Written by tests/golden/fit_support.py, which says how.
WEIGHTS = Path(__file__).with_name("misfits.yaml")

# What is seen of a word: its likeness to the likest word of the passage, to that of the unit that the
# sentence fits best, to the second likest word of all; and whether the passage and that unit have it.
TRAITS = ("best", "within", "second", "shared", "shared_within")


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How well each telling word of a text fits each unit of a passage that has such words.

    `likeness`, of shape (words, units), compares it with the likest word of the unit, both as they stand
    there; `shared`, of the same shape, is whether the unit or the passage's head has the word itself;
    `second`, of shape (words,), is the likeness to the second likest word of all units.
    """

    likeness: Vectors
    shared: NDArray[np.bool_]
    second: Vectors

    @classmethod
    def of(cls, text: InContext, units: Sequence[InContext], head: Words) -> Self:
        """Compare a text with the units of a passage whose titles have the words of `head`."""
        telling = [unit for unit in units if len(unit.parts)]
        if not len(text.parts) or not telling:
            nothing = np.ones((len(text.parts), 1), np.float32)
            return cls(nothing, nothing > 0, nothing[:, 0])
        likeness = [text.words @ unit.words.T for unit in telling]
        by_word = np.sort(np.concatenate(likeness, axis=1), axis=1)
        return cls(
            likeness=np.stack([each.max(axis=1) for each in likeness], axis=1),
            shared=np.array([[stem in head.union(unit.stems) for unit in telling] for stem in text.stems]),
            second=by_word[:, -2:][:, 0],
        )

    @property
    def traits(self) -> Vectors:
        """What is seen of each word, of shape (words, traits)."""
        if not len(self.likeness):
            return np.empty((0, len(TRAITS)), np.float32)
        within = self.likeness.mean(axis=0).argmax()
        seen = (
            self.likeness.max(axis=1),
            self.likeness[:, within],
            self.second,
            self.shared.any(axis=1),
            self.shared[:, within],
        )
        return np.stack(seen, axis=1).astype(np.float32)

    def straddled(self, clauses: Sequence[Sequence[str]]) -> float:
        """How much better all units together cover the words of one clause than any single one, 0 to 1.

        A clause of two units says of one thing what the passage says of another.
        """
        cover = np.maximum(self.likeness, self.shared)
        worst, start = 0.0, 0
        for clause in clauses:
            own = cover[start : start + len(clause)]
            start += len(clause)
            if len(own) > 1:
                worst = max(worst, float(own.max(axis=1).mean() - own.mean(axis=0).max()))
        return worst


@dataclass(frozen=True, slots=True)
class Misfits:
    """Tells words that fit from words that do not: a logistic regression."""

    bias: float
    weights: Mapping[str, float]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Self:
        """Read the fitted weights."""
        return cls(**read_yaml(path))

    def rate(self, fit: Fit) -> Vectors:
        """Rate each word: above 0 it rather does not fit (log odds)."""
        weights = np.array([self.weights[trait] for trait in TRAITS], np.float32)
        return np.asarray(fit.traits @ weights + self.bias, np.float32)
