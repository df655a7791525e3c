from __future__ import annotations

import numpy as np

from knowledge.library import Vectors
from retrieval.classifier import TextClassifier

TEXTS = ["a red apple", "a green apple", "a red car", "a fast car"]
KINDS = [0, 0, 1, 1]


def _vectors(*rows: tuple[float, float]) -> Vectors:
    return np.array(rows, dtype=np.float32)


def test_kinds_are_told_by_meaning_where_no_word_is_known() -> None:
    classifier = TextClassifier(TEXTS, _vectors((1, 0), (1, 0), (0, 1), (0, 1)), KINDS)

    shares = classifier.shares(["pear", "lorry"], _vectors((1, 0), (0, 1)))

    assert shares.shape == (2, 2)
    assert np.allclose(shares.sum(axis=1), 1)
    assert shares.argmax(axis=1).tolist() == [0, 1]


def test_kinds_are_told_by_words_where_meaning_is_the_same() -> None:
    classifier = TextClassifier(TEXTS, _vectors(*[(1, 0)] * 4), KINDS)

    assert classifier.shares(["apple", "car"], _vectors((1, 0), (1, 0))).argmax(axis=1).tolist() == [0, 1]


def test_the_order_of_words_does_not_matter() -> None:
    classifier = TextClassifier(TEXTS, _vectors((1, 0), (1, 0), (0, 1), (0, 1)), KINDS)

    shares = classifier.shares(["a fast red car", "car red fast a"], _vectors((0, 1), (0, 1)))

    assert np.array_equal(shares[0], shares[1])
