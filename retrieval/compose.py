"""Passages → an answer in the guides' own sentences, chosen for the question.

The best passage gives a direct first sentence and its points; the next ones add what the
first does not say. Nothing is reworded, so every statement is traceable to its passage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from knowledge.library import StoredChunk, Vectors
from retrieval.answer import Answer, Citation, Length, Passage, Statement
from retrieval.quoting import (
    Pick,
    heads_a_list,
    introduction_of,
    is_counted,
    is_whole,
    lead_of,
    leans_on_nothing,
    say_the_same,
    siblings_of,
)
from retrieval.statements import rests_on_statements

# Words of an answer by its length, and of a usual one to several questions at once.
_WORDS: Mapping[Length, int] = {"brief": 45, "usual": 128, "long": 230}
_SEVERAL_WORDS = 150
# A passage adds something only if it is nearly as good as the best.
_ADDED_MERIT: Mapping[Length, float] = {"brief": 1.0, "usual": 0.7, "long": 0.4}
# Prose spreads what it says: a usual answer from it takes more words, and from more of what was found.
_PROSE_WORDS = 179
_PROSE_ADDED_MERIT = 0.5
_MOST_PASSAGES: Mapping[Length, int] = {"brief": 1, "usual": 3, "long": 5}
_ADDED_UNIT_MERIT = 0.1
# Unless it is nearly the best itself, what it adds must come this near to what the best says.
_NEARLY_BEST = 0.9
_ADDED_SHARE = 0.55
# An item this much further from the question than the nearest of its list is left out.
_ITEM_GAP = 0.4
# The better the passage, the more of it is quoted; and a list is worth more whole.
_PASSAGE_WEIGHT = 1.5
_ITEM_BONUS = 0.2
_MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """What an answer is composed for: a single question's distinct vector and its own, and its passages."""

    query: Vectors
    plain: Vectors
    passages: tuple[Passage, ...]


def compose(
    aims: Sequence[Aim],
    *,
    quotable: Callable[[Passage], bool] = lambda _: True,
    fits: Callable[[str], bool] = lambda _: True,
    length: Length = "usual",
    said: Sequence[str] = (),
) -> Answer:
    """Compose an answer to one or several single questions, best passages first.

    Only `quotable` passages are quoted, and of them units whose text `fits`. A long answer
    holds nothing but what was not `said` already; else the best passage may repeat what was,
    the rest not. More of what was said reads on, from one section to the next.
    """
    reads_on = length == "long" and bool(said)
    budget = _words(aims, length) // len(aims)
    chosen: list[Pick] = []
    for aim in aims:
        aim_picks = [
            pick
            for rank, passage in enumerate(_worth_quoting(filter(quotable, aim.passages), length))
            for pick in _candidates(passage, aim)
            if fits(pick.unit.text) and (pick.unit.text not in said or (rank == 0 and length != "long"))
        ]
        if reads_on:
            chosen += _choose(aim_picks, aim_picks, budget, chosen)
        else:
            near = _without_far_items(aim_picks)
            chosen += _choose(near, _adding(near, aim), budget, chosen)
    return _assemble(_together(chosen), aims)


def _words(aims: Sequence[Aim], length: Length) -> int:
    if length != "usual":
        return _WORDS[length]
    prose = any(_is_prose(aim.passages) for aim in aims)
    return _PROSE_WORDS if prose else _SEVERAL_WORDS if len(aims) > 1 else _WORDS["usual"]


def _is_prose(passages: Sequence[Passage]) -> bool:
    """Whether the best of these passages was not written as an answer."""
    return any(rests_on_statements(passage.chunk) for passage in passages[:1])


def _without_far_items(units: Sequence[Pick]) -> list[Pick]:
    """Leave out the items of a list that are much further from the question than its best.

    A list whose length was named stays whole: after “three groups” all three are expected.
    """
    nearest: dict[Passage, float] = {}
    for pick in units:
        if pick.unit.kind != "sentence":
            nearest[pick.passage] = max(nearest.get(pick.passage, -1.0), pick.merit)
    return [
        pick
        for pick in units
        if pick.unit.kind == "sentence" or is_counted(pick) or pick.merit >= nearest[pick.passage] - _ITEM_GAP
    ]


def _worth_quoting(found: Iterable[Passage], length: Length) -> list[Passage]:
    passages = list(found)
    share = _PROSE_ADDED_MERIT if length == "usual" and _is_prose(passages) else _ADDED_MERIT[length]
    enough = share * passages[0].score if passages else 0.0
    return [p for p in passages if p.score > 0 and p.score >= enough][: _MOST_PASSAGES[length]]


def _adding(units: Sequence[Pick], aim: Aim) -> list[Pick]:
    """Order the units that add to an answer: how it opens, then the others by their worth."""
    if not units:
        return []
    best = aim.passages[0]
    bar = _ADDED_SHARE * max((pick.merit for pick in units if pick.passage is best), default=0.0)
    telling = {
        pick.passage for pick in units if pick.merit >= bar or pick.passage.score >= _NEARLY_BEST * best.score
    }
    adding = [
        pick
        for pick in units
        if pick.passage is best or (pick.passage in telling and pick.merit >= _ADDED_UNIT_MERIT)
    ]
    opening = lead_of(pick for pick in adding if pick.passage is adding[0].passage)
    return [*([opening] if opening else []), *sorted(adding, key=lambda pick: -pick.worth)]


def _choose(
    units: Sequence[Pick], by_worth: Sequence[Pick], budget: int, before: Sequence[Pick]
) -> list[Pick]:
    """Choose what fits into so many words, beside what is chosen `before`.

    Tries the units of `by_worth` in turn; `units` are all that may introduce them. Returns
    those chosen in reading order.
    """
    passages = list(dict.fromkeys(pick.passage for pick in units))
    chosen: list[Pick] = []
    left = budget
    for pick in by_worth:
        if pick.is_label:
            continue
        taken = [*before, *chosen]
        places = {one.place for one in taken}
        wanted = [one for one in (*introduction_of(pick, units), pick) if one.place not in places]
        standing = places | {one.place for one in wanted}
        if pick.place in places or _cost(wanted) > left:
            continue
        if any(leans_on_nothing(one, standing) for one in wanted):
            continue
        if any(say_the_same(one, other) for one in wanted for other in [*taken, *wanted] if other is not one):
            continue
        for one in siblings_of(pick, units):
            if one.place not in places and not any(say_the_same(one, other) for other in [*taken, *wanted]):
                wanted.append(one)
        if _cost(wanted) > left:  # not all of the list; then its best point alone
            wanted = wanted[: wanted.index(pick) + 1]
        chosen += wanted
        left -= _cost(wanted)
    return sorted(chosen, key=lambda pick: (passages.index(pick.passage), pick.position))


def _candidates(passage: Passage, aim: Aim) -> Iterator[Pick]:
    """Weigh a passage's units, each by itself and by how near its passage is to the best."""
    standing = passage.score / aim.passages[0].score
    vectors = passage.unit_vectors
    units, prose = passage.chunk.units, rests_on_statements(passage.chunk)
    # What tells one guide's section from another's says little of the sentences within long prose.
    merits = passage.chunk.vectors[-len(units) :] @ aim.plain if prose else vectors @ aim.query
    for position, unit in enumerate(units):
        if is_whole(unit) or (prose and heads_a_list(units, position)):
            worth = float(merits[position]) + _PASSAGE_WEIGHT * standing
            worth += _ITEM_BONUS * (unit.kind != "sentence")
            yield Pick(passage, position, unit, vectors[position], float(merits[position]), worth)


def _cost(picks: Iterable[Pick]) -> int:
    return sum(pick.cost for pick in picks)


def _together(chosen: Sequence[Pick]) -> list[Pick]:
    """Put what a passage says to one question beside what it says to another."""
    order = list(dict.fromkeys(pick.passage.chunk.id for pick in chosen))
    return sorted(chosen, key=lambda pick: (order.index(pick.passage.chunk.id), pick.position))


def _assemble(chosen: Sequence[Pick], aims: Sequence[Aim]) -> Answer:
    # Each aim has passages of its own, with scores of their own: what is cited is the chunk.
    chunks = {pick.passage.chunk.id: pick.passage.chunk for pick in chosen}
    markers = {chunk_id: marker for marker, chunk_id in enumerate(chunks, 1)}
    statements = tuple(
        Statement(
            text=pick.unit.text,
            marker=markers[pick.passage.chunk.id],
            kind="sentence" if pick.unit.kind == "sentence" else "item",
            paragraph=paragraph,
            merit=pick.merit,
        )
        for paragraph, picks in enumerate(_paragraphs(chosen))
        for pick in picks
    )
    found: dict[str, Passage] = {}
    for aim in aims:
        for passage in aim.passages:
            found.setdefault(passage.chunk.id, passage)
    return Answer(
        covered=True,
        passages=tuple(found.values()),
        nearest=topics([passage.chunk for chunk_id, passage in found.items() if chunk_id not in markers]),
        statements=statements,
        citations=tuple(Citation.of(markers[chunk.id], chunk) for chunk in chunks.values()),
    )


def _paragraphs(chosen: Sequence[Pick]) -> Iterator[list[Pick]]:
    for _, picks in groupby(chosen, key=lambda pick: (pick.passage.chunk.id, pick.unit.block)):
        yield list(picks)


def topics(chunks: Sequence[StoredChunk]) -> tuple[str, ...]:
    """Name what sections are about, as questions to ask next, each once."""
    names = (
        chunk.asks[0] if chunk.asks else f"What about {chunk.section} ({chunk.guide})?" for chunk in chunks
    )
    return tuple(dict.fromkeys(names))[:_MOST_SUGGESTIONS]
