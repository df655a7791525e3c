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
_TELLS = re.compile(
    r"^(?:(?:and|but|or|so|well|ok(?:ay)?|hi|hey)[\s,]+)*(?:i|i['’]?(?:m|ve|d)|we|my|our)\b", re.IGNORECASE
)
_BY_NAME = r"(?:what|which|how|where|why|who)\b"
_ASKS_FOR = re.compile(_BY_NAME, re.IGNORECASE)
_NEXT_CLAUSE = re.compile(
    rf",?\s+(?:and|but|or|plus|also)\s+(?={ASKING}\b)|,\s+(?={_BY_NAME})",
    re.IGNORECASE,
)


def asked_clauses(text: str) -> tuple[str, ...]:
    """Cut the single questions out of a message, leaving the story around them out.

    A message in which nothing reads as a question is a question as a whole.
    """
    sentences = [sentence.strip() for sentence in sentencex.segment("en", text) if sentence.strip()]
    asking = [clause for sentence in sentences for clause in _asked(sentence)]
    clauses = [clause for clause in asking if len(clause.split()) >= _MIN_PART_WORDS]
    return tuple(clauses or asking or [text])


def _asked(sentence: str) -> list[str]:
    """Cut a sentence into its questions: “I'm new to data, where can I practise?” tells first."""
    clauses = [clause.strip(" ,") for clause in _NEXT_CLAUSE.split(sentence)]
    asking = [clause for clause in clauses if not _TELLS.match(clause)]
    if sentence.endswith("?") or _ASKS.match(sentence):
        return asking or clauses
    # Told first, it is asked only what is asked for by name: “I code and do maths” asks nothing.
    return [clause for clause in asking if _ASKS_FOR.match(clause)] if len(asking) < len(clauses) else []
