"""How texts of one kind are put, against those of another: by their words alone.

“What does it cost?” is asked in the same few words of a course, a book and a conference,
however different these are in meaning. So words and pairs of words are weighed too, by a
linear support vector machine: quick to fit, steady with few examples (Joachims, 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

# Single letters count: “c” and “r” are languages, and “i” tells a story from a question.
_WORD = r"[^\W_]+(?:['’][^\W_]+)*"
# Phrases that stand in one example only are that example's own.
_MIN_EXAMPLES = 2
_REGULARISATION = 0.5


class Phrasing:
    """Tells by its words alone to which of two kinds a text belongs."""

    def __init__(self, positive: Sequence[str], negative: Sequence[str]) -> None:
        """Learn from examples of both kinds; without examples of one there is nothing to tell."""
        self._model: Pipeline | None = None
        if positive and negative:
            self._model = make_pipeline(
                TfidfVectorizer(
                    token_pattern=_WORD, ngram_range=(1, 2), min_df=_MIN_EXAMPLES, sublinear_tf=True
                ),
                LinearSVC(C=_REGULARISATION, class_weight="balanced", random_state=0),
            )
            self._model.fit([*positive, *negative], np.repeat([1, 0], [len(positive), len(negative)]))

    def lean(self, text: str) -> float:
        """Weigh a text: above 0 (up to about 2) it is put like the positive ones, below 0 like the others."""
        return float(self._model.decision_function([text])[0]) if self._model else 0.0
