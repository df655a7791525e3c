"""Passages → an answer in the guides' own sentences, chosen for the question.

The best passage gives a direct first sentence and its points; the next ones add what the
first does not say. Nothing is reworded, so every statement is traceable to its passage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from knowledge.library import StoredChunk, Vectors
from knowledge.units import Unit
from retrieval.answer import Answer, Citation, Passage, Statement
from retrieval.statements import rests_on_statements

# Words of a usual answer, of one to several questions at once, of one from prose that spreads what it
# says, and of a detailed one.
_USUAL_WORDS = 128
_SEVERAL_WORDS = 150
_PROSE_WORDS = 172
_DETAILED_WORDS = 230
# A passage adds something only if it is nearly as good as the best.
_ADDED_MERIT = 0.7
_DETAILED_MERIT = 0.4
_MOST_PASSAGES = 3
_ADDED_UNIT_MERIT = 0.1
# Unless it is nearly the best itself, what it adds must come this near to what the best says.
_NEARLY_BEST = 0.9
_ADDED_SHARE = 0.55
# An item this much further from the question than the nearest of its list is left out.
_ITEM_GAP = 0.4
# Items of a list that are about as near to the question as each other are quoted together.
_ALIKE_GAP = 0.1
# Two units more alike than this say the same.
_SAME = 0.86
# A passage's first sentence introduces it: it leads unless another one is this much nearer.
_LEAD_BONUS = 0.15
# The better the passage, the more of it is quoted; and a list is worth more whole.
_PASSAGE_WEIGHT = 1.5
_ITEM_BONUS = 0.2
_MOST_SUGGESTIONS = 3

# Sentences that need the one before them to be understood.
_LEANING = re.compile(
    r"^(?:this|that|these|those|they|it|its|he|she|his|her|their|however|but|and|or|so|also|then|thus|hence"
    r"|therefore|moreover|furthermore|additionally|besides|instead|otherwise|similarly|likewise|such"
    r"|in addition|as a result|if so|if not|for example|for instance|in other words|on the other hand)\b",
    re.IGNORECASE,
)
# Lists so long are quoted whole when their number was named.
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True, eq=False)
class _Pick:
    """A unit of a passage that may be quoted.

    `merit` is its likeness to the question, `worth` what it adds to the answer.
    """

    passage: Passage
    position: int
    unit: Unit
    vector: Vectors
    merit: float
    worth: float

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands, whichever question it was picked for."""
        return self.passage.chunk.id, self.position

    @property
    def cost(self) -> int:
        """Words it takes, its marker and bullet included."""
        return self.unit.words + 1 + (self.unit.kind != "sentence")


@dataclass(frozen=True, slots=True)
class Aim:
    """What an answer is composed for: one vector a single question, and its passages."""

    query: Vectors
    passages: tuple[Passage, ...]


def compose(
    aims: Sequence[Aim],
    *,
    quotable: Callable[[Passage], bool] = lambda _: True,
    fits: Callable[[str], bool] = lambda _: True,
    detail: bool = False,
    said: Sequence[str] = (),
) -> Answer:
    """Compose an answer to one or several single questions, best passages first.

    Only `quotable` passages are quoted, and of them units whose text `fits`. `detail` allows
    a long answer, of nothing but what was not `said` already; else the best passage may
    repeat what was, the rest not. More of what was said reads on, from one section to the next.
    """
    reads_on = detail and bool(said)
    budget = _words(aims, detail=detail) // len(aims)
    chosen: list[_Pick] = []
    for aim in aims:
        aim_picks = [
            pick
            for rank, passage in enumerate(_worth_quoting(filter(quotable, aim.passages), detail=detail))
            for pick in _candidates(passage, aim)
            if fits(pick.unit.text) and (pick.unit.text not in said or (rank == 0 and not detail))
        ]
        if reads_on:
            chosen += _choose(aim_picks, aim_picks, budget, chosen)
        else:
            near = _without_far_items(aim_picks)
            chosen += _choose(near, _adding(near, aim), budget, chosen)
    return _assemble(_together(chosen), aims)


def _words(aims: Sequence[Aim], *, detail: bool) -> int:
    prose = any(rests_on_statements(passage.chunk) for aim in aims for passage in aim.passages[:1])
    if detail:
        return _DETAILED_WORDS
    return _PROSE_WORDS if prose else _SEVERAL_WORDS if len(aims) > 1 else _USUAL_WORDS


def _without_far_items(units: Sequence[_Pick]) -> list[_Pick]:
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
        if pick.unit.kind == "sentence"
        or _is_counted(pick)
        or pick.merit >= nearest[pick.passage] - _ITEM_GAP
    ]


def _worth_quoting(found: Iterable[Passage], *, detail: bool) -> list[Passage]:
    passages = list(found)
    enough = (_DETAILED_MERIT if detail else _ADDED_MERIT) * passages[0].score if passages else 0.0
    return [p for p in passages if p.score > 0 and p.score >= enough][: _MOST_PASSAGES + 2 * detail]


def _adding(units: Sequence[_Pick], aim: Aim) -> list[_Pick]:
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
    opening = _lead(pick for pick in adding if pick.passage is adding[0].passage)
    return [*([opening] if opening else []), *sorted(adding, key=lambda pick: -pick.worth)]


def _choose(
    units: Sequence[_Pick], by_worth: Sequence[_Pick], budget: int, before: Sequence[_Pick]
) -> list[_Pick]:
    """Choose what fits into so many words, beside what is chosen `before`.

    Tries the units of `by_worth` in turn; `units` are all that may introduce them. Returns
    those chosen in reading order.
    """
    passages = list(dict.fromkeys(pick.passage for pick in units))
    chosen: list[_Pick] = []
    left = budget
    for pick in by_worth:
        taken = [*before, *chosen]
        places = {one.place for one in taken}
        wanted = [one for one in (*_introduction(pick, units), pick) if one.place not in places]
        standing = places | {one.place for one in wanted}
        if pick.place in places or _cost(wanted) > left:
            continue
        if any(_leans_on_nothing(one, standing) for one in wanted):
            continue
        if any(_same(one, other) for one in wanted for other in [*taken, *wanted] if other is not one):
            continue
        for one in _siblings(pick, units):
            if one.place not in places and not any(_same(one, other) for other in [*taken, *wanted]):
                wanted.append(one)
        if _cost(wanted) > left:  # not all of the list; then its best point alone
            wanted = wanted[: wanted.index(pick) + 1]
        chosen += wanted
        left -= _cost(wanted)
    return sorted(chosen, key=lambda pick: (passages.index(pick.passage), pick.position))


def _candidates(passage: Passage, aim: Aim) -> Iterator[_Pick]:
    """Weigh a passage's units, each by itself and by how near its passage is to the best."""
    standing = passage.score / aim.passages[0].score
    vectors = passage.unit_vectors
    merits = vectors @ aim.query
    for position, unit in enumerate(passage.chunk.units):
        if _whole(unit):
            worth = float(merits[position]) + _PASSAGE_WEIGHT * standing
            worth += _ITEM_BONUS * (unit.kind != "sentence")
            yield _Pick(passage, position, unit, vectors[position], float(merits[position]), worth)


def _lead(units: Iterable[_Pick]) -> _Pick | None:
    """The sentence that says what a passage is about: the nearest to the question, or the first."""
    fit = [pick for pick in units if pick.unit.kind == "sentence" and not _LEANING.match(pick.unit.text)]
    return max(fit, key=lambda pick: pick.merit + _LEAD_BONUS * (pick.position == 0), default=None)


def _introduction(pick: _Pick, units: Sequence[_Pick]) -> list[_Pick]:
    """The sentences under which a pick makes sense: they stand before it in the passage.

    They are quoted for its sake, however far from the question they are themselves. For a point, it
    is the one that leads to it; in prose, those back to one that refers to nothing before.
    """
    before = [one for one in units if one.passage is pick.passage and one.position < pick.position]
    if pick.unit.kind != "sentence":
        lead = _lead(before)
        return [lead] if lead else []
    needed = [pick]
    while rests_on_statements(pick.passage.chunk) and before and _LEANING.match(needed[0].unit.text):
        needed.insert(0, before.pop())
    return needed[:-1]


def _siblings(pick: _Pick, units: Sequence[_Pick]) -> list[_Pick]:
    """The other items of a point's list: those about as near to the question as it is, or all if counted."""
    if pick.unit.kind == "sentence":
        return []
    counted = _is_counted(pick)
    return [
        one
        for one in units
        if one.passage is pick.passage
        and one.unit.block == pick.unit.block
        and one.position != pick.position
        and not _LEANING.match(one.unit.text)
        and (counted or abs(one.merit - pick.merit) <= _ALIKE_GAP)
    ]


def _is_counted(pick: _Pick) -> bool:
    """Whether the sentence that leads to an item's list says how many items it has."""
    units = pick.passage.chunk.units
    count = sum(unit.kind == "item" and unit.block == pick.unit.block for unit in units)
    lead = next((unit for unit in reversed(units[: pick.position]) if unit.kind == "sentence"), None)
    if pick.unit.kind != "item" or lead is None or count not in _COUNTS:
        return False
    return _COUNTS[count] in re.findall(r"[a-z]+", lead.text.lower())


def _cost(picks: Iterable[_Pick]) -> int:
    return sum(pick.cost for pick in picks)


def _leans_on_nothing(pick: _Pick, places: Container[tuple[str, int]]) -> bool:
    """Whether a sentence refers to the one before it, and that one is not there."""
    chunk_id, position = pick.place
    return bool(_LEANING.match(pick.unit.text)) and (chunk_id, position - 1) not in places


def _same(one: _Pick, other: _Pick) -> bool:
    return one.unit.text == other.unit.text or float(one.vector @ other.vector) > _SAME


def _whole(unit: Unit) -> bool:
    """Whether a unit is a statement: an ended sentence, or an item or row that heads no others."""
    if unit.kind == "sentence":
        return bool(_SENTENCE_END.search(unit.text)) and not unit.text.endswith("?")
    return bool(unit.text) and not unit.text.endswith(":")


def _together(chosen: Sequence[_Pick]) -> list[_Pick]:
    """Put what a passage says to one question beside what it says to another."""
    order = list(dict.fromkeys(pick.passage.chunk.id for pick in chosen))
    return sorted(chosen, key=lambda pick: (order.index(pick.passage.chunk.id), pick.position))


def _assemble(chosen: Sequence[_Pick], aims: Sequence[Aim]) -> Answer:
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


def _paragraphs(chosen: Sequence[_Pick]) -> Iterator[list[_Pick]]:
    for _, picks in groupby(chosen, key=lambda pick: (pick.passage.chunk.id, pick.unit.block)):
        yield list(picks)


def topics(chunks: Sequence[StoredChunk]) -> tuple[str, ...]:
    """Name what sections are about, as questions to ask next, each once."""
    names = (
        chunk.asks[0] if chunk.asks else f"What about {chunk.section} ({chunk.guide})?" for chunk in chunks
    )
    return tuple(dict.fromkeys(names))[:_MOST_SUGGESTIONS]
