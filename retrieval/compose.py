"""Passages → an answer in the guides' own sentences, chosen for the question.

The best passage gives a direct first sentence and its points; the next ones add what the
first does not say. Nothing is reworded, so every statement is traceable to its passage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit
from retrieval.answer import Answer, Citation, Passage, Statement

# Words of a usual and of a detailed answer; of the first passage; and of one that adds.
_USUAL_WORDS = 130
_DETAILED_WORDS = 230
_FIRST_SHARE = 0.9
_ADDED_WORDS = 40
# A passage adds something only if it is nearly as good as the best.
_ADDED_MERIT = 0.6
_MOST_PASSAGES = 3
_MOST_PASSAGES_DETAILED = 5
# Two units more alike than this say the same.
_SAME = 0.86
# A passage's first sentence introduces it: it leads unless another one is this much nearer.
_LEAD_BONUS = 0.15
# A list is worth more whole: its items come before further sentences.
_ITEM_BONUS = 0.15
_MOST_SUGGESTIONS = 3

# Sentences that need the one before them to be understood.
_LEANING = re.compile(
    r"^(?:this|that|these|those|they|it|its|he|she|his|her|their|however|but|and|or|so|also|then|thus|hence"
    r"|therefore|moreover|furthermore|additionally|besides|instead|otherwise|similarly|likewise|such"
    r"|in addition|as a result|for example|for instance|in other words|on the other hand)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")

Distinct = Callable[[Vectors], Vectors]


@dataclass(frozen=True, slots=True)
class _Pick:
    """A unit chosen from a passage; `vector` is its distinct vector."""

    passage: Passage
    position: int
    unit: Unit
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Aim:
    """What an answer is composed for: one vector a single question, and its passages."""

    query: Vectors
    passages: tuple[Passage, ...]


class Composer:
    """Chooses units for a question and puts them together."""

    def __init__(self, distinct: Distinct) -> None:
        """`distinct` takes the library's common direction out of vectors."""
        self._distinct = distinct

    def compose(
        self, aims: Sequence[Aim], *, detail: bool = False, said: Sequence[str] = ()
    ) -> Answer:
        """Compose an answer to one or several single questions, best passages first.

        `detail` allows a long answer; what was `said` already is not said again.
        """
        budget = _DETAILED_WORDS if detail else _USUAL_WORDS
        chosen: list[_Pick] = []
        known = set(said)
        for aim in aims:
            self._answer_one(aim, budget // len(aims), detail, known, chosen)
        used = tuple(dict.fromkeys(pick.passage for pick in chosen))
        return _assemble(chosen, used, aims)

    def _answer_one(
        self, aim: Aim, budget: int, detail: bool, known: set[str], chosen: list[_Pick]
    ) -> None:
        if not aim.passages:
            return
        best = aim.passages[0].score
        most = _MOST_PASSAGES_DETAILED if detail else _MOST_PASSAGES
        left = budget
        for number, passage in enumerate(aim.passages[:most]):
            first = number == 0
            if not first and passage.score < _ADDED_MERIT * best:
                break
            share = int(budget * _FIRST_SHARE) if first else left if detail else min(left, _ADDED_WORDS)
            picks = self._excerpt(passage, aim.query, share, known, chosen, whole=first or detail)
            chosen += picks
            known.update(pick.unit.text for pick in picks)
            left -= sum(pick.unit.words for pick in picks)

    def _excerpt(
        self,
        passage: Passage,
        query: Vectors,
        words: int,
        known: set[str],
        chosen: Sequence[_Pick],
        *,
        whole: bool,
    ) -> list[_Pick]:
        """Choose units of one passage, in reading order, that fit into so many words."""
        units = passage.chunk.units
        vectors = self._distinct(passage.chunk.unit_vectors)
        merit = vectors @ query
        news = [n for n, unit in enumerate(units) if unit.text not in known and _whole(unit)]
        news = [n for n in news if not any(vectors[n] @ pick.vector > _SAME for pick in chosen)]
        leads = [n for n in news if units[n].kind == "sentence" and not _LEANING.match(units[n].text)]
        if not news:
            return []
        lead = max(leads or news, key=lambda n: merit[n] + _LEAD_BONUS * (n == 0))
        kept = {lead}
        left = words - units[lead].words
        rest = sorted(news, key=lambda n: -merit[n] - _ITEM_BONUS * (units[n].kind != "sentence"))
        for n in rest:
            if n in kept or units[n].words > left or (not whole and merit[n] < merit[lead]):
                continue
            if _LEANING.match(units[n].text) and n - 1 not in kept:
                continue
            kept.add(n)
            left -= units[n].words
        return [_Pick(passage, n, units[n], vectors[n]) for n in sorted(kept)]


def _whole(unit: Unit) -> bool:
    """Whether a unit is a statement: an ended sentence, or an item or row with words."""
    if unit.kind == "sentence":
        return bool(_SENTENCE_END.search(unit.text)) and not unit.text.endswith("?")
    return bool(unit.text)


def _assemble(chosen: Sequence[_Pick], used: Sequence[Passage], aims: Sequence[Aim]) -> Answer:
    markers: dict[str, int] = {}
    citations: list[Citation] = []
    for passage in used:
        chunk = passage.chunk
        markers[chunk.id] = len(citations) + 1
        citations.append(
            Citation(markers[chunk.id], chunk.guide, chunk.section, chunk.source, chunk.quote)
        )
    statements = tuple(
        Statement(
            text=pick.unit.text,
            marker=markers[pick.passage.chunk.id],
            kind="sentence" if pick.unit.kind == "sentence" else "item",
            paragraph=paragraph,
        )
        for paragraph, picks in enumerate(_paragraphs(chosen))
        for pick in picks
    )
    found = tuple(dict.fromkeys(passage for aim in aims for passage in aim.passages))
    rest = [passage.chunk for passage in found if passage.chunk.id not in markers]
    return Answer(statements, tuple(citations), found, topics(rest))


def _paragraphs(chosen: Sequence[_Pick]) -> Iterator[list[_Pick]]:
    for _, picks in groupby(chosen, key=lambda pick: (pick.passage.chunk.id, pick.unit.block)):
        yield list(picks)


def topics(chunks: Sequence[StoredChunk]) -> tuple[str, ...]:
    """Name what sections are about, as questions to ask next, each once."""
    names = (
        chunk.asks[0] if chunk.asks else f"What about {chunk.section} ({chunk.guide})?"
        for chunk in chunks
    )
    return tuple(dict.fromkeys(names))[:_MOST_SUGGESTIONS]
