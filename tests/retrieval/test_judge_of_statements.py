"""Passages without written questions are judged by what they say."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit
from retrieval.answer import Passage
from retrieval.judge import Reading, _lean_of_statements


def at(angle: float) -> Vectors:
    """A vector whose cosine with the question's is given."""
    return np.array([angle, np.sqrt(1 - angle**2)], dtype=np.float32)


def passage(likeness: float, asks: int, plain: float | None = None) -> Passage:
    distinct = np.stack([at(likeness)] * (2 + asks))
    vectors = np.stack([at(likeness if plain is None else plain)] * (2 + asks))
    questions = tuple(f"question {n}?" for n in range(asks))
    units = (Unit("sentence", "It says so.", 0),)
    return Passage(StoredChunk("c.0", "c", "C", "S", questions, "", "", units, vectors), 1.0, distinct)


QUESTION = np.array([1.0, 0.0], dtype=np.float32)
READING = Reading(QUESTION, "it", QUESTION)


@pytest.mark.parametrize(
    ("likeness", "example", "covered"),
    [
        (0.45, 0.2, True),  # nothing but what nobody thought of is against it
        (0.38, 0.2, False),
        (0.60, 0.70, True),
        (0.50, 0.70, False),
    ],
)
def test_a_statement_must_outweigh_the_nearest_example(
    likeness: float, example: float, *, covered: bool
) -> None:
    assert (_lean_of_statements(READING, [passage(likeness, asks=1)], example) >= 0) is covered


def test_a_question_that_stands_out_in_a_strange_field_is_a_strangers() -> None:
    assert _lean_of_statements(READING, [passage(0.6, 1, plain=0.6)], 0.2) > 0
    assert _lean_of_statements(READING, [passage(0.6, 1, plain=0.1)], 0.2) < 0


def test_passages_with_written_questions_are_not_judged_so() -> None:
    assert _lean_of_statements(READING, [passage(0.99, asks=10)], 0.1) == -np.inf
