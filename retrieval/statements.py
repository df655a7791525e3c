"""Passages that nobody has written questions for: found and judged by what they state.

Statements lie further from a question than questions do, so they have weights of their own. One
rule serves every library: it was fitted over all sets of tests/added at once. More than forty other signs
were tried, and weighing them all by examples of the shipped guides' own questions, with and without the
section that answers them: what is learnt there says no more about other documents than nearness does.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence

from knowledge.library import StoredChunk, Vectors
from retrieval.answer import Passage
from retrieval.reading import Reading

# A passage with fewer questions than this is known by its statements.
_FEW_ASKS = 3
# The whole passage and its nearest statement count alike: long prose spreads an answer over
# sentences that each say little. So do their distinct and their plain vectors: a few documents have
# less in common than many guides on one subject. Scaled so that scores compare with those of others.
_WEIGHT = 0.325
# From here on the nearest distinct and the nearest plain statement cover a question together whose words
# all fit; a word that fits less than `_FITTING` counts against it. An answer that is cited can be checked
# and a refusal says nothing, so together they refuse the most that leaves 97 of 100 questions answered
# which the documents answer.
_COVERED = 0.4
_FITTING = 0.48
_MISFIT_WEIGHT = 1.5
# One statement alone, which gives the figure asked for, lies a little further away.
_FIGURE_COVERED = 0.3
# An example of a question left open counts as far as it is nearer than this, and more so where the
# question names what it asks for.
_NEAR_EXAMPLE = 0.55
_EXAMPLE_WEIGHT = 1.5
_NAMED_EXAMPLE_WEIGHT = 2.5


def rests_on_statements(chunk: StoredChunk) -> bool:
    """Whether a chunk is known by what it says, as too few questions are written for it."""
    return len(chunk.asks) < _FEW_ASKS


def likeness_of_statements(chunk: StoredChunk, vectors: Vectors, distinct: Vectors, plain: Vectors) -> float:
    """How near a chunk with its distinct `vectors` is to a question's two, from 0 to about 1.3."""
    apart, together = vectors @ distinct, chunk.vectors @ plain
    return float(_WEIGHT * (apart[0] + apart[1:].max() + together[0] + together[1:].max()))


def lean_of_statements(
    passages: Sequence[Passage], reading: Reading, example: float, *, named: bool
) -> float:
    """Weigh what passages state against the nearest `example`: from 0 on they cover the question.

    Its distinct vector tells subjects apart, its plain one a stranger's question. Where it asks for a
    figure, a statement that gives such a one must be near. `named` is whether it names what one of the
    nearest examples asks for.
    """
    judged = [passage for passage in passages if rests_on_statements(passage.chunk)]
    if not judged:
        return -math.inf
    apart = max(float((passage.vectors @ reading.vector).max()) for passage in judged)
    together = max(float((passage.chunk.vectors @ reading.plain).max()) for passage in judged)
    weight = _NAMED_EXAMPLE_WEIGHT if named else _EXAMPLE_WEIGHT
    lean = apart + together - _COVERED - weight * max(0.0, example - _NEAR_EXAMPLE)
    if reading.given is not None:
        stated = (_nearest(passage, reading.given, reading) for passage in judged)
        lean = min(lean, max(stated) - _FIGURE_COVERED)
    return lean - _MISFIT_WEIGHT * max(0.0, _FITTING - reading.fit)


def _nearest(passage: Passage, given: Container[str], reading: Reading) -> float:
    """How near the nearest of a passage's `given` statements is by both vectors; 0 without one."""
    own = -len(passage.chunk.units)
    likeness = passage.vectors[own:] @ reading.vector + passage.chunk.vectors[own:] @ reading.plain
    stated = (
        float(each) for unit, each in zip(passage.chunk.units, likeness, strict=True) if unit.text in given
    )
    return max(stated, default=0.0)
