"""Passages that nobody has written questions for: found and judged by what they state.

Statements lie further from a question than questions do, so they have weights of their own. One
rule serves every library. It was fitted over six at once: the sets of tests/added, the shipped guides
without what they are asked, and the documents they were made from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from knowledge.library import StoredChunk, Vectors
from retrieval.answer import Passage

# A passage with fewer questions than this is known by its statements.
_FEW_ASKS = 3
# The whole passage and its nearest statement count alike: long prose spreads an answer over
# sentences that each say little. So do their distinct and their plain vectors: a few documents have
# less in common than many guides on one subject. Scaled so that scores compare with those of others.
_WEIGHT = 0.325
# From here on the nearest distinct and the nearest plain statement cover a question together. An
# answer that is cited can be checked and a refusal says nothing, so it is the most that refuses
# about one in twenty of the questions that are answered.
_COVERED = 0.675
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
    passages: Sequence[Passage], distinct: Vectors, plain: Vectors, example: float, *, named: bool
) -> float:
    """Weigh what passages state against the nearest `example`: from 0 on they cover the question.

    The question's `distinct` vector tells subjects apart, its `plain` one a stranger's question.
    `named` is whether it names what one of the nearest examples asks for.
    """
    judged = [passage for passage in passages if rests_on_statements(passage.chunk)]
    if not judged:
        return -math.inf
    apart = max(float((passage.vectors @ distinct).max()) for passage in judged)
    together = max(float((passage.chunk.vectors @ plain).max()) for passage in judged)
    weight = _NAMED_EXAMPLE_WEIGHT if named else _EXAMPLE_WEIGHT
    return apart + together - _COVERED - weight * max(0.0, example - _NEAR_EXAMPLE)
