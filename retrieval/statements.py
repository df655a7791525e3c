"""Passages that nobody has written questions for: found and judged by what they state.

Statements lie further from a question than questions do, so they have weights of their own. One
rule serves every library. It was fitted over five at once, each of another sort of text: the
documents the guides were made from, tests/added, a handbook, folklore, and an essay with an interview.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from knowledge.library import StoredChunk, Vectors
from retrieval.answer import Passage

# A passage with fewer questions than this is known by its statements.
_FEW_ASKS = 3
# The whole passage and its nearest statement count alike: long prose spreads an answer over
# sentences that each say little. Scaled so that scores compare with those of other passages.
_WEIGHT = 0.65
# What is said is weighed against the nearest example of a question left open; beside the examples
# there is always what nobody thought of, at this distance.
_UNTHOUGHT_OF = 0.55
_EXAMPLE_WEIGHT = 1.5
# Covered begins so far below even: an answer that is cited can be checked, a refusal says nothing.
_LENIENCE = 0.1


def rests_on_statements(chunk: StoredChunk) -> bool:
    """Whether a chunk is known by what it says, as too few questions are written for it."""
    return len(chunk.asks) < _FEW_ASKS


def likeness_of_statements(vectors: Vectors, query: Vectors) -> float:
    """How near a chunk is to a question, from 0 to about 1.3; all vectors are distinct."""
    similarity = vectors @ query
    return float(_WEIGHT * (similarity[0] + similarity[1:].max()))


def lean_of_statements(
    passages: Sequence[Passage], distinct: Vectors, plain: Vectors, example: float
) -> float:
    """Weigh what passages state against the nearest `example`: from 0 on they cover the question.

    The question's `distinct` vector tells subjects apart, its `plain` one a stranger's question.
    """
    judged = [passage for passage in passages if rests_on_statements(passage.chunk)]
    if not judged:
        return -math.inf
    apart = max(float((passage.vectors @ distinct).max()) for passage in judged)
    together = max(float((passage.chunk.vectors @ plain).max()) for passage in judged)
    return apart + together + _LENIENCE - _EXAMPLE_WEIGHT * max(example, _UNTHOUGHT_OF)
