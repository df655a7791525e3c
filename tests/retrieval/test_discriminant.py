from __future__ import annotations

import numpy as np
import pytest

from knowledge.library import Vectors
from retrieval.discriminant import discounting, discriminant
from retrieval.field import unit_length


def groups_told_apart_by_the_first_number() -> tuple[Vectors, list[int]]:
    """Two groups; what differs within each is the second number, and much more."""
    rng = np.random.default_rng(0)
    groups = [0] * 50 + [1] * 50
    vectors = rng.normal(scale=0.05, size=(100, 4))
    vectors[:, 0] += np.where(np.array(groups), 0.3, -0.3)
    vectors[:, 1] += rng.normal(scale=2.0, size=100)
    return vectors.astype(np.float32), groups


def test_what_differs_within_the_groups_is_discounted() -> None:
    vectors, groups = groups_told_apart_by_the_first_number()
    one, same, other = np.array([[0.3, 1, 0, 0], [0.3, -1, 0, 0], [-0.3, 1, 0, 0]], dtype=np.float32)

    turned = unit_length(one @ discounting(vectors, groups, shrinkage=0.01))

    assert one @ other > one @ same
    assert turned @ same > turned @ other


def test_with_full_shrinkage_nothing_is_turned() -> None:
    vectors, groups = groups_told_apart_by_the_first_number()
    turned = unit_length(vectors[0] @ discounting(vectors, groups, shrinkage=1))

    np.testing.assert_allclose(turned, unit_length(vectors[0]), atol=1e-5)


def test_the_best_direction_tells_the_groups_apart() -> None:
    vectors, groups = groups_told_apart_by_the_first_number()

    along = (vectors @ discriminant(vectors, groups, directions=1, shrinkage=0.01))[:, 0]

    first, second = along[:50], along[50:]
    assert max(first) < min(second) or max(second) < min(first)


@pytest.mark.parametrize("numbers", [[0, 1], [7, -3]])
def test_groups_may_have_any_numbers_in_any_order(numbers: list[int]) -> None:
    vectors, groups = groups_told_apart_by_the_first_number()
    mixed = np.random.default_rng(1).permutation(100)
    named = [numbers[groups[n]] for n in mixed]

    np.testing.assert_allclose(
        discounting(vectors[mixed], named, 0.5), discounting(vectors, groups, 0.5), rtol=1e-4, atol=1e-4
    )
