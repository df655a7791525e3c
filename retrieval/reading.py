"""How a question reads, for whoever judges whether the guides answer it."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.library import Vectors


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: its distinct vector, what the person asks in words, its own vector.

    `given` are the statements found that give the figure it asks for, if it asks for one; `fit` is how
    the word of it that fits worst fits the best of the passages that are known by their statements.
    """

    vector: Vectors
    text: str
    plain: Vectors
    given: frozenset[str] | None = None
    fit: float = 1.0
