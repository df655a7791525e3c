from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit
from retrieval.field import Field


def units(rows: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, 8)) + 2
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_a_field_is_the_mean_of_its_vectors() -> None:
    vectors = units(20)

    field = Field.of(vectors)

    assert field.common.dtype == np.float32
    np.testing.assert_allclose(field.common, vectors.mean(axis=0), atol=1e-6)


def test_what_is_distinct_has_unit_length() -> None:
    distinct = Field.of(units(20)).distinct(units(5, seed=1))

    assert distinct.shape == (5, 8)
    np.testing.assert_allclose(np.linalg.norm(distinct, axis=1), 1, atol=1e-6)


def test_one_vector_is_treated_as_a_row_is() -> None:
    field, vectors = Field.of(units(20)), units(3, seed=1)

    np.testing.assert_allclose(field.distinct(vectors[1]), field.distinct(vectors)[1], atol=1e-6)


def test_vectors_of_one_field_lie_further_apart_without_what_they_share() -> None:
    vectors = units(20)
    distinct = Field.of(vectors).distinct(vectors)
    others = ~np.eye(20, dtype=bool)

    assert (distinct @ distinct.T)[others].mean() < 0.2 < (vectors @ vectors.T)[others].mean()


def chunk(number: int, *asks: str) -> StoredChunk:
    vectors = units(2 + len(asks), seed=number)
    return StoredChunk(f"c.{number}", "c", "C", "S", asks, "", "", (Unit("sentence", "So.", 0),), vectors)


def test_a_field_knows_what_is_asked_in_it() -> None:
    one, other = chunk(1, "which role?", "why?"), chunk(2, "how?")

    field = Field.of_chunks([one, other])

    assert field.asks == ("which role?", "why?", "how?")
    assert field.sections == (0, 0, 1)
    asked = np.concatenate([one.vectors[1:3], other.vectors[1:2]])
    np.testing.assert_allclose(field.vectors, field.distinct(asked), atol=1e-6)


def test_the_field_of_chunks_is_that_of_their_texts_and_questions() -> None:
    one, other = chunk(1, "why?"), chunk(2)

    field = Field.of_chunks([one, other])

    np.testing.assert_allclose(
        field.common, np.concatenate([one.vectors[:2], other.vectors[:1]]).mean(axis=0), atol=1e-6
    )


def test_a_question_is_sharpened_where_texts_are_asked_several() -> None:
    field = Field.of_chunks([chunk(1, "a", "b", "c"), chunk(2, "d", "e")])
    question = field.distinct(units(1, seed=9))[0]

    sharpened = field.sharpened(question)

    assert not np.allclose(sharpened, question, atol=1e-3)
    assert np.linalg.norm(sharpened) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("asks", [(), ("why?",)])
def test_a_question_stays_as_it_is_where_no_text_is_asked_several(asks: tuple[str, ...]) -> None:
    field = Field.of_chunks([chunk(1, *asks), chunk(2)])
    question = field.distinct(units(1, seed=9))[0]

    np.testing.assert_array_equal(field.sharpened(question), question)


@pytest.mark.parametrize("rows", [1, 2])
def test_the_smallest_library_has_a_field(rows: int) -> None:
    vectors = np.repeat(units(1), rows, axis=0)

    np.testing.assert_allclose(Field.of(vectors).distinct(vectors), vectors, atol=1e-5)
