"""Tells kinds of texts apart by what they mean and by the words in them, learnt from examples.

Meaning finds a kind in words that no example has; words find it where the encoder muddles two kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from knowledge.library import Vectors

# Single letters count, and so do words that would be in any text: who speaks of “we” and who of “why”?
_WORD = r"[^\W_]+(?:['’][^\W_]+)*[+#]*"
# How closely the examples are followed. On the self-descriptions that may be looked at anything from
# 5 to 20 did as well.
_COST = 10.0
# More rounds than it takes to settle.
_ROUNDS = 300


class TextClassifier:
    """A logistic regression over the vectors of texts and their words' tf-idf.

    Kinds of which there are few examples count as much as those of which there are many.
    """

    def __init__(self, texts: Sequence[str], vectors: Vectors, kinds: Sequence[int]) -> None:
        """Learn from texts, their vectors of unit length and their kinds."""
        self._words = TfidfVectorizer(token_pattern=_WORD, sublinear_tf=True)
        self._words.fit(texts)
        self._model = LogisticRegression(C=_COST, max_iter=_ROUNDS, class_weight="balanced")
        self._model.fit(self._features(texts, vectors), kinds)

    def shares(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Return how likely each text is of each kind, of shape (texts, kinds), kinds in ascending order."""
        shares: Vectors = self._model.predict_proba(self._features(texts, vectors))
        return shares

    def _features(self, texts: Sequence[str], vectors: Vectors) -> csr_matrix:
        return hstack([csr_matrix(vectors), self._words.transform(texts)]).tocsr()
