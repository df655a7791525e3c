"""How texts of one kind are put, against those of another: by their words alone.

“What does it cost?” is asked in the same few words of a course, a book and a conference,
however different these are in meaning. So words and pairs of words are weighed too, by a
linear support vector machine: quick to fit, steady with few examples (Joachims, 1998).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
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
        # Of each word and pair of words: how rare it is, and which kind it speaks for.
        self._known: dict[str, tuple[float, float]] = {}
        self._bias = 0.0
        vectorizer = TfidfVectorizer(
            token_pattern=_WORD, ngram_range=(1, 2), min_df=_MIN_EXAMPLES, sublinear_tf=True
        )
        self._analyze = vectorizer.build_analyzer()
        if positive and negative:
            model = LinearSVC(C=_REGULARISATION, class_weight="balanced", random_state=0)
            kinds = np.repeat([1, 0], [len(positive), len(negative)])
            model.fit(vectorizer.fit_transform([*positive, *negative]), kinds)
            self._bias = float(model.intercept_[0])
            weights = zip(vectorizer.idf_.tolist(), model.coef_[0].tolist(), strict=True)
            self._known = dict(zip(vectorizer.get_feature_names_out().tolist(), weights, strict=True))

    def lean(self, text: str) -> float:
        """Weigh a text: above 0 (up to about 2) it is put like the positive ones, below 0 like the others."""
        # The vectorizer's and the machine's own arithmetic: for one text, theirs spends its time on checks.
        counts = Counter(word for word in self._analyze(text) if word in self._known)
        lengths = {word: (1 + math.log(count)) * self._known[word][0] for word, count in counts.items()}
        norm = math.hypot(*lengths.values()) or 1.0
        return sum(length / norm * self._known[word][1] for word, length in lengths.items()) + self._bias
