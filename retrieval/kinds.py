"""Of which kind a text is, learnt from examples of each kind: by what it means, its words and its form.

Regularised least squares over a kernel (Rifkin, Yeo and Poggio, 2003): two texts are alike as far as
they have meaning or words in common, and less so the more their forms differ. It is fitted by solving
one system of equations, so the same examples give the same kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.library import Vectors

# Single letters count, and so does a question mark; “^” marks where a text begins.
_WORD = r"[^\W_]+(?:['’][^\W_]+)*[+#]*|\?|\^"
# Phrases that stand in one example only are that example's own.
_MIN_EXAMPLES = 2
# How fast likeness fades with meaning and with each trait of the form that differs, and how far the
# examples are taken at their word. Each file of examples was foretold from the others: from half to
# twice of these made no difference.
_SHARPNESS = 3.0
_FORM_WEIGHT = 0.2
_NOISE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as they are compared.

    `vectors`, of shape (texts, dimensions), are of unit length; `forms`, of shape (texts, traits), say
    which traits each has, as 0 or 1.
    """

    words: Sequence[str]
    vectors: Vectors
    forms: Vectors


class Kinds:
    """Tells kinds of texts apart."""

    def __init__(self, examples: Texts, kinds: Sequence[str]) -> None:
        """Learn from examples, the kind of each; kinds with few examples count as much as others."""
        self.names, codes, sizes = np.unique(kinds, return_inverse=True, return_counts=True)
        self._vectorizer = TfidfVectorizer(
            token_pattern=_WORD, ngram_range=(1, 2), min_df=_MIN_EXAMPLES, sublinear_tf=True, dtype=np.float32
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
        leans = (self._likeness(text) @ self._weights)[0]
        return dict(zip(self.names.tolist(), leans.tolist(), strict=True))

    def _likeness(self, texts: Texts) -> Vectors:
        """Compare texts with the examples, to an array of shape (texts, examples)."""
        meaning = np.exp(_SHARPNESS * (texts.vectors @ self._examples.vectors.T - 1))
        words = self._vectorizer.transform(map(_begun, texts.words)) @ self._words.T
        ours, theirs = texts.forms, self._examples.forms
        differing = ours @ (1 - theirs).T + (1 - ours) @ theirs.T
        likeness: Vectors = (meaning + words.toarray()) * np.exp(-_FORM_WEIGHT * differing)
        return likeness.astype(np.float32)


def _begun(text: str) -> str:
    return f"^ {text}"
