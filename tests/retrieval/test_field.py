from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import Vectors
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


def test_a_field_knows_what_is_asked_in_it() -> None:
    assert Field.of(units(4), ["which role?", "why?"]).asks == ("which role?", "why?")


@pytest.mark.parametrize("rows", [1, 2])
def test_the_smallest_library_has_a_field(rows: int) -> None:
    vectors = np.repeat(units(1), rows, axis=0)

    np.testing.assert_allclose(Field.of(vectors).distinct(vectors), vectors, atol=1e-5)
