"""What of a passage may be quoted, and what must be quoted along with it to make sense."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from knowledge.library import Vectors
from knowledge.units import Unit
from retrieval.answer import Passage
from retrieval.statements import rests_on_statements

# Items of a list that are about as near to the question as each other are quoted together.
_ALIKE_GAP = 0.1
# Two units more alike than this say the same.
SAME = 0.86
# A passage's first sentence introduces it: it leads unless another one is this much nearer.
_LEAD_BONUS = 0.15

# Sentences that need the one before them to be understood.
_LEANING = re.compile(
    r"^(?:this|that|these|those|they|it|its|he|she|his|her|their|however|but|and|or|so|also|then|thus|hence"
    r"|therefore|moreover|furthermore|additionally|besides|instead|otherwise|similarly|likewise|such"
    r"|in addition|as a result|if so|if not|for example|for instance|in other words|on the other hand)\b",
    re.IGNORECASE,
)
# Lists so long are quoted whole when their number was named.
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True, eq=False)
class Pick:
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
    def is_label(self) -> bool:
        """Whether it says nothing by itself and heads a list: “Key skills:”."""
        return _is_label(self.unit)

    @property
    def cost(self) -> int:
        """Words it takes, its marker and bullet included."""
        return self.unit.words + 1 + (self.unit.kind != "sentence")


def lead_of(units: Iterable[Pick]) -> Pick | None:
    """The sentence that says what a passage is about: the nearest to the question, or the first."""
    sentences = (pick for pick in units if pick.unit.kind == "sentence" and not pick.is_label)
    fit = [pick for pick in sentences if not _LEANING.match(pick.unit.text)]
    return max(fit, key=lambda pick: pick.merit + _LEAD_BONUS * (pick.position == 0), default=None)


def introduction_of(pick: Pick, units: Sequence[Pick]) -> list[Pick]:
    """The sentences under which a pick makes sense: they stand before it in the passage.

    They are quoted for its sake, however far from the question they are themselves. For a point, it
    is the one that leads to it, and its list's label; in prose, those back to one that refers to
    nothing before.
    """
    before = [one for one in units if one.passage is pick.passage and one.position < pick.position]
    if pick.unit.kind != "sentence":
        label = next((one for one in reversed(before) if one.unit.block != pick.unit.block), None)
        return [one for one in (lead_of(before), label if label and label.is_label else None) if one]
    needed = [pick]
    while rests_on_statements(pick.passage.chunk) and before and _LEANING.match(needed[0].unit.text):
        needed.insert(0, before.pop())
    return needed[:-1]


def siblings_of(pick: Pick, units: Sequence[Pick]) -> list[Pick]:
    """The other items of a point's list: those about as near to the question as it is, or all if counted."""
    if pick.unit.kind == "sentence":
        return []
    counted = is_counted(pick)
    return [
        one
        for one in units
        if one.passage is pick.passage
        and one.unit.block == pick.unit.block
        and one.position != pick.position
        and not _LEANING.match(one.unit.text)
        and (counted or abs(one.merit - pick.merit) <= _ALIKE_GAP)
    ]


def is_counted(pick: Pick) -> bool:
    """Whether the sentence that leads to an item's list says how many items it has."""
    units = pick.passage.chunk.units
    count = sum(unit.kind == "item" and unit.block == pick.unit.block for unit in units)
    lead = next((unit for unit in reversed(units[: pick.position]) if unit.kind == "sentence"), None)
    if pick.unit.kind != "item" or lead is None or count not in _COUNTS:
        return False
    return _COUNTS[count] in re.findall(r"[a-z]+", lead.text.lower())


def leans_on_nothing(pick: Pick, places: Container[tuple[str, int]]) -> bool:
    """Whether a sentence refers to the one before it, and that one is not there."""
    chunk_id, position = pick.place
    return bool(_LEANING.match(pick.unit.text)) and (chunk_id, position - 1) not in places


def say_the_same(one: Pick, other: Pick) -> bool:
    """Whether two units are one text, or mean nearly the same; labels of two lists may be alike."""
    if one.is_label or other.is_label:
        return False
    return one.unit.text == other.unit.text or float(one.vector @ other.vector) > SAME


def heads_a_list(units: Sequence[Unit], position: int) -> bool:
    """Whether a unit is what leads to the list right after it, and no statement by itself."""
    after = units[position + 1 : position + 2]
    return _is_label(units[position]) and any(one.kind == "item" for one in after)


def _is_label(unit: Unit) -> bool:
    return unit.kind == "sentence" and unit.text.endswith(":")


def is_whole(unit: Unit) -> bool:
    """Whether a unit is a statement: an ended sentence, or an item or row that heads no others."""
    if unit.kind == "sentence":
        return bool(_SENTENCE_END.search(unit.text)) and not unit.text.endswith("?")
    return bool(_WORD.search(unit.text)) and not unit.text.endswith(":")
