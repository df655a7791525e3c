from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import Vectors
from retrieval.field import unit_length
from retrieval.meaning import Meaning


def about(*subjects: int, seed: int = 0) -> Vectors:
    """Ten questions on each subject: a direction of its own, and something of their own."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.eye(6)[list(subjects)], 10, axis=0)
    return unit_length((rows + rng.normal(scale=0.1, size=rows.shape)).astype(np.float32))


COVERED, OPEN = about(0, 1), about(2, 3, seed=1)
MEANING = Meaning(COVERED, [0] * 10 + [1] * 10, OPEN, [0] * 10 + [1] * 10)


@pytest.mark.parametrize(("subject", "covered"), [(0, True), (1, True), (2, False), (3, False)])
def test_a_question_leans_to_the_kind_of_its_subject(subject: int, *, covered: bool) -> None:
    question = MEANING.told_apart(about(subject, seed=2)[0])

    assert (MEANING.lean(question) > 0) is covered


def test_the_nearest_examples_are_those_of_the_same_subject() -> None:
    question = MEANING.told_apart(about(3, seed=2)[0])

    nearest = np.argsort(-(MEANING.negative @ question))[:5]

    assert all(nearest >= 10)


def test_vectors_told_apart_have_unit_length() -> None:
    np.testing.assert_allclose(np.linalg.norm(MEANING.told_apart(COVERED), axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "meaning",
    [
        Meaning(COVERED[:0], [], OPEN, [0] * 10 + [1] * 10),
        Meaning(COVERED, [0] * 10 + [1] * 10, OPEN[:0], []),
        Meaning(COVERED[:0], [], OPEN[:0], []),
    ],
)
def test_without_examples_of_one_kind_nothing_leans(meaning: Meaning) -> None:
    assert meaning.lean(meaning.told_apart(OPEN[0])) == 0.0
