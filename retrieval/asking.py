"""A message → the single questions in it."""

from __future__ import annotations

import re

import sentencex

# Below this many words a message is one question, however many clauses it has.
_MIN_PART_WORDS = 3

ASKING = (
    r"(?:what|which|who|whom|whose|how|where|when|why|is|are|was|do|does|did|can|could|should|would|will|must"
    r"|may|any|have|has|am)"
)
_ASKS = re.compile(rf"^(?:(?:and|but|or|so|also|plus)\s+)?{ASKING}\b", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(
    rf",?\s+(?:and|but|or|plus|also)\s+(?={ASKING}\b)|,\s+(?=(?:what|which|how|where|why|who)\b)",
    re.IGNORECASE,
)


def asked_clauses(text: str) -> tuple[str, ...]:
    """Cut the single questions out of a message, leaving the story around them out.

    A message in which nothing reads as a question is a question as a whole.
    """
    sentences = [sentence.strip() for sentence in sentencex.segment("en", text) if sentence.strip()]
    asking = [s for s in sentences if s.endswith("?") or _ASKS.match(s)]
    clauses = [
        clause.strip(" ,")
        for sentence in asking
        for clause in _NEXT_CLAUSE.split(sentence)
        if len(clause.split()) >= _MIN_PART_WORDS
    ]
    return tuple(clauses or asking or [text])
