"""What the passages that a sentence cites say, read so that the sentence can be held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.library import StoredChunk
from knowledge.units import Unit
from retrieval.claims import Claim, Reader, Words


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may be said of the passages that a sentence cites.

    `claims` has one a unit, and `placed` its text with the guide and section before it.
    `about` is read from titles and sources; `wholes` are the passages in one piece each.
    `rows` are the cells of tables, labelled by row and column; `stems` are all telling words,
    `every` all words of the units.
    """

    claims: tuple[Claim, ...]
    placed: tuple[str, ...]
    rows: tuple[Claim, ...]
    about: Claim
    head: frozenset[str]
    wholes: tuple[str, ...]
    counts: frozenset[str]
    stems: Words
    every: Words

    @classmethod
    def of(cls, chunks: Sequence[StoredChunk], reader: Reader) -> Evidence:
        """Read the evidence in passages."""
        pairs = [(chunk, unit) for chunk in chunks for unit in chunk.units]
        claims = tuple(reader.read(unit.text, labelled=unit.kind != "sentence") for _, unit in pairs)
        places = [f"{chunk.guide}: {chunk.section}" for chunk in chunks]
        about = reader.read(". ".join((*places, *(chunk.source for chunk in chunks))))
        lists = Counter((chunk.id, unit.block) for chunk, unit in pairs if unit.kind != "sentence")
        return cls(
            claims=claims,
            placed=tuple(
                f"{chunk.guide}, {chunk.section}: {claim.text}"
                for (chunk, _), claim in zip(pairs, claims, strict=True)
            ),
            rows=tuple(reader.read(cell, labelled=True) for _, unit in pairs for cell in _cells(unit)),
            about=about,
            head=frozenset(reader.read(" ".join(places)).words),
            wholes=tuple(
                reader.read(f"{place}. {' '.join(unit.text for unit in chunk.units)}").text
                for place, chunk in zip(places, chunks, strict=True)
            ),
            counts=frozenset(map(str, lists.values())),
            stems=frozenset(word for one in (*claims, about) for word in one.words),
            every=frozenset[str]().union(*(claim.stems for claim in claims)),
        )

    @property
    def texts(self) -> Iterator[str]:
        """All texts whose meaning is asked for, words among them."""
        yield from self.placed
        yield from self.wholes
        yield from self.about.surfaces
        for claim in self.claims:
            yield claim.text
            yield from claim.surfaces


def _cells(unit: Unit) -> Iterator[str]:
    """Cut a table row of several cells into one line each: `row column: cell`."""
    label, dash, rest = unit.text.partition(" – ")
    if unit.kind == "row" and dash and "; " in rest:
        yield from (f"{label} {cell}" for cell in rest.split("; "))
