"""Of which kind a text is, learnt from examples of each kind: by what it means, its words and its form.

Regularised least squares over a kernel (Rifkin, Yeo and Poggio, 2003): two texts are alike as far as
they have meaning or words in common, and less so the more their forms differ. It is fitted by solving
one system of equations, so the same examples give the same kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.linalg import solve
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.library import Vectors

# Single letters count, and so does a question mark; “^” marks where a text begins.
_WORD = r"[^\W_]+(?:['’][^\W_]+)*[+#]*|\?|\^"
# Pairs of words that stand in one example only are that example's own.
_MIN_EXAMPLES = 2
# How fast likeness fades with meaning and with each trait of the form that differs, what words in common
# count beside meaning, and how far the examples are taken at their word. Parts of the examples were
# foretold from the others: from half to twice of these made little difference.
_SHARPNESS = 3.0
_WORD_WEIGHT = 0.5
_FORM_WEIGHT = 0.2
_NOISE = 0.3
# How much surer of a kind a lean makes; found in the same way.
_STEEPNESS = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as they are compared.

    `vectors`, of shape (texts, dimensions), are of unit length; `forms`, of shape (texts, traits), say
    which traits each has, as 0 or 1.
    """

    words: Sequence[str]
    vectors: Vectors
    forms: Vectors

    @classmethod
    def without_form(cls, words: Sequence[str], vectors: Vectors) -> Self:
        """Take texts of which the form says nothing."""
        return cls(words, vectors, np.zeros((len(words), 0), np.float32))


class Kinds:
    """Tells kinds of texts apart."""

    def __init__(self, examples: Texts, kinds: Sequence[str], *, in_order: bool = True) -> None:
        """Learn from examples, the kind of each; kinds with few examples count as much as others.

        `in_order` says whether the order of words matters.
        """
        self.names, codes, sizes = np.unique(kinds, return_inverse=True, return_counts=True)
        options: dict[str, Any] = {"ngram_range": (1, 2), "min_df": _MIN_EXAMPLES} if in_order else {}
        self._vectorizer = TfidfVectorizer(
            token_pattern=_WORD, sublinear_tf=True, dtype=np.float32, **options
        )
        self._examples = examples
        self._words = self._vectorizer.fit_transform(map(_begun, examples.words))
        likeness = self._likeness(examples)
        rarity = len(kinds) / (len(sizes) * sizes[codes])
        likeness[np.diag_indices_from(likeness)] += _NOISE / rarity
        wanted = np.where(codes[:, None] == np.arange(len(sizes)), np.float32(1), np.float32(-1))
        self._weights: Vectors = solve(likeness, wanted, assume_a="pos", overwrite_a=True)

    def leans(self, text: Texts) -> dict[str, float]:
        """Weigh for a single text how far it leans to each kind: from about -1, not at all, to 1."""
        return dict(zip(self.names.tolist(), self._leans(text)[0].tolist(), strict=True))

    def shares(self, texts: Texts) -> Vectors:
        """Return how likely each text is of each kind, of shape (texts, kinds), kinds in ascending order."""
        shares: Vectors = softmax(_STEEPNESS * self._leans(texts), axis=1)
        return shares

    def _leans(self, texts: Texts) -> Vectors:
        leans: Vectors = self._likeness(texts) @ self._weights
        return leans

    def _likeness(self, texts: Texts) -> Vectors:
        """Compare texts with the examples, to an array of shape (texts, examples)."""
        meaning = np.exp(_SHARPNESS * (texts.vectors @ self._examples.vectors.T - 1))
        words = self._vectorizer.transform(map(_begun, texts.words)) @ self._words.T
        ours, theirs = texts.forms, self._examples.forms
        differing = ours @ (1 - theirs).T + (1 - ours) @ theirs.T
        likeness: Vectors = (meaning + _WORD_WEIGHT * words.toarray()) * np.exp(-_FORM_WEIGHT * differing)
        return likeness.astype(np.float32)


def _begun(text: str) -> str:
    return f"^ {text}"
