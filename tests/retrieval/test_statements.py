"""Passages without written questions are found and judged by what they say."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit
from retrieval.answer import Passage
from retrieval.reading import Reading
from retrieval.statements import lean_of_statements, likeness_of_statements


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


def lean(
    passage: Passage,
    example: float,
    *,
    named: bool = False,
    given: frozenset[str] | None = None,
    fit: float = 1.0,
) -> float:
    reading = Reading(QUESTION, "Does it say so?", QUESTION, given, fit)
    return lean_of_statements([passage], reading, example, named=named)


@pytest.mark.parametrize(
    ("likeness", "example", "covered"),
    [
        (0.25, 0.2, True),  # nothing but what nobody thought of is against it
        (0.19, 0.2, False),
        (0.35, 0.70, True),
        (0.30, 0.70, False),
    ],
)
def test_a_statement_must_outweigh_the_nearest_example(
    likeness: float, example: float, *, covered: bool
) -> None:
    assert (lean(passage(likeness, asks=1), example) >= 0) is covered


def test_a_question_that_stands_out_in_a_strange_field_is_a_strangers() -> None:
    assert lean(passage(0.35, 1, plain=0.35), 0.2) > 0
    assert lean(passage(0.35, 1, plain=0.0), 0.2) < 0


def test_passages_with_written_questions_are_not_judged_so() -> None:
    assert lean(passage(0.99, asks=10), 0.1) == -np.inf


def test_an_example_whose_wish_the_question_names_weighs_more() -> None:
    said = passage(0.35, asks=1)

    assert lean(said, 0.7, named=False) > 0 > lean(said, 0.7, named=True)


def test_an_example_far_away_weighs_nothing_even_if_the_question_names_its_wish() -> None:
    assert lean(passage(0.45, asks=1), 0.5, named=True) > 0


def test_a_word_that_fits_nothing_counts_against_an_answer() -> None:
    said = passage(0.3, asks=1)

    assert lean(said, 0.2, fit=0.5) > 0 > lean(said, 0.2, fit=0.2)
    assert lean(said, 0.2, fit=0.6) == lean(said, 0.2, fit=1.0)


def test_who_asks_for_a_figure_is_answered_by_a_statement_that_gives_one() -> None:
    said = passage(0.6, asks=1)

    assert lean(said, 0.2, given=frozenset({"It says so."})) > 0
    assert lean(said, 0.2, given=frozenset()) < 0


def like(whole: float, *statements: float, plain: float = 0.5) -> float:
    distinct = np.stack([at(each) for each in (whole, *statements)])
    chunk = passage(0.0, asks=0, plain=plain).chunk
    return likeness_of_statements(chunk, distinct, QUESTION, QUESTION)


def test_the_whole_passage_and_its_nearest_statement_count_alike() -> None:
    assert like(0.6, 0.2) == pytest.approx(like(0.2, 0.6))
    assert like(0.6, 0.4, 0.1) == pytest.approx(like(0.6, 0.4))


def test_a_passage_is_near_by_its_plain_vectors_too() -> None:
    assert like(0.6, 0.4, plain=0.7) > like(0.6, 0.4, plain=0.3)
