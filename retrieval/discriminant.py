"""What tells questions apart, learnt from groups of questions that have one answer each.

Questions with one answer differ by how they are put: in a word or in a story, politely or not. An
encoder that has never seen such groups counts that as meaning. The groups show what to discount
(Fisher's linear discriminant analysis; for speakers' voices, Hatch et al., "Within-class covariance
normalization", 2006).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.library import Vectors

_Matrix = NDArray[np.float64]


def discounting(vectors: Vectors, groups: Sequence[int], shrinkage: float) -> Vectors:
    """Return the square matrix that turns a vector away from what vectors of one group differ in.

    The product of a vector turned so and another one is their likeness, by Fisher's measure.
    `shrinkage`, from 0 to 1, is how much of it is left as it was.
    """
    within, _ = _scatter(vectors, groups)
    return np.asarray(np.linalg.inv(_shrunk(within, shrinkage)), dtype=np.float32)


def discriminant(vectors: Vectors, groups: Sequence[int], directions: int, shrinkage: float) -> Vectors:
    """Return the matrix, of shape (dimensions, directions), onto what tells the groups apart best."""
    within, between = _scatter(vectors, groups)
    sizes, axes = np.linalg.eigh(_shrunk(within, shrinkage))
    whitening = axes / np.sqrt(sizes)
    _, best = np.linalg.eigh(whitening.T @ between @ whitening)
    return np.asarray(whitening @ best[:, ::-1][:, :directions], dtype=np.float32)


def _scatter(vectors: Vectors, groups: Sequence[int]) -> tuple[_Matrix, _Matrix]:
    """Return the covariances within the groups and between them."""
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(codes, kind="stable")
    sums = np.add.reduceat(vectors[order], np.cumsum(sizes) - sizes, dtype=np.float64)
    means = sums / sizes[:, None]
    inner = vectors - means[codes]
    outer = (means - vectors.mean(axis=0)) * np.sqrt(sizes)[:, None]
    return inner.T @ inner / len(vectors), outer.T @ outer / len(vectors)


def _shrunk(covariance: _Matrix, shrinkage: float) -> _Matrix:
    """Draw a covariance towards that of a ball, which is steady with few examples."""
    dimensions = len(covariance)
    ball = np.eye(dimensions) * (np.trace(covariance) / dimensions)
    shrunk: _Matrix = (1 - shrinkage) * covariance + shrinkage * ball
    return shrunk
