"""Sets roles side by side: a table of what the guides say of each, every cell cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.coach.citing import Citing
from bot.coach.fit import Standing
from bot.coach.suggestion import in_favour, quotable
from knowledge.library import StoredChunk
from knowledge.roles import Role
from knowledge.units import Unit
from retrieval.sections import SectionName

# The guide that sets the two kinds of work side by side, and its table.
WORK_GUIDE = "software-and-ml-work"
_WORK_TABLE = (WORK_GUIDE, "Side by side")
WORK = frozenset({"software-engineering", "machine-learning-engineering"})
# What a table says of somebody who is in no role's guide.
_WORK_SECTIONS = {"software-engineering": (WORK_GUIDE, "Software engineering")}
_UNSAID = "–"
_MOST_NAMED = 4

_Sections = Mapping[SectionName, StoredChunk]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table: a title for each column, and rows of an aspect and a cell for each title."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """The table in Markdown."""
        lines = [("", *self.titles), ("---",) * (1 + len(self.titles))]
        lines += [(f"**{aspect}**", *cells) for aspect, cells in self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def compare(
    roles: Sequence[Role], sections: _Sections, standings: Mapping[str, Standing], citing: Citing
) -> Comparison:
    """Set roles side by side; with `standings`, also what the person has and would need."""
    rows = [
        (aspect.name, tuple(_cell(role, aspect, sections, citing) for role in roles)) for aspect in _ASPECTS
    ]
    if standings:
        rows.append(("You have", tuple(_have(standings.get(role.id), sections, citing) for role in roles)))
        rows.append(
            ("You would need", tuple(_need(standings.get(role.id), sections, citing) for role in roles))
        )
    return Comparison(tuple(role.title for role in roles), tuple(rows))


def compare_work(sections: _Sections, citing: Citing) -> Comparison | None:
    """Show the guides' own table of software engineering beside machine learning."""
    chunk = sections.get(_WORK_TABLE)
    if chunk is None:
        return None
    header, _, *rows = (_cells(line) for line in chunk.quote.splitlines() if line.startswith("|"))
    return Comparison(
        tuple(header[1:]),
        tuple((aspect, tuple(citing.marked(cell, chunk) for cell in cells)) for aspect, *cells in rows),
    )


def _first(units: Sequence[Unit]) -> str:
    return units[0].text


def _items(units: Sequence[Unit]) -> str:
    return "; ".join(unit.text.rstrip(".") for unit in units if unit.kind == "item")


def _analogy(units: Sequence[Unit]) -> str:
    return next((unit.text for unit in units if unit.text.startswith("By analogy")), "")


@dataclass(frozen=True, slots=True)
class _Aspect:
    """A row: what it is called, the section of a role's guide, and what of it a cell says."""

    name: str
    heading: str
    said_in: Callable[[Sequence[Unit]], str]


_DAY = _Aspect("Day to day", "A day in the role", _first)
_ASPECTS = (
    _DAY,
    _Aspect("Responsibilities", "Responsibilities", _items),
    _Aspect("Ideal for", "Who it suits", _first),
    _Aspect("Key skills", "Key skills", _items),
    _Aspect("Analogy", "What they do", _analogy),
)


def _cell(role: Role, aspect: _Aspect, sections: _Sections, citing: Citing) -> str:
    chunk = sections.get((role.id, aspect.heading)) or _of_work(role, aspect, sections)
    said = chunk and aspect.said_in(chunk.units)
    return citing.marked(said, chunk) if chunk and said else _UNSAID


def _of_work(role: Role, aspect: _Aspect, sections: _Sections) -> StoredChunk | None:
    return sections.get(_WORK_SECTIONS[role.id]) if aspect is _DAY and role.id in _WORK_SECTIONS else None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split("|")]


def _have(standing: Standing | None, sections: _Sections, citing: Citing) -> str:
    if standing is None:
        return _UNSAID
    said = [
        f"{reason.facet.name} (“{reason.clause.words}”) [{citing.mark(chunk)}]"
        for reason, chunk in in_favour(standing, sections)
    ]
    return _listed(said[:_MOST_NAMED])


def _need(standing: Standing | None, sections: _Sections, citing: Citing) -> str:
    if standing is None:
        return _UNSAID
    needed = (
        f"{facet.name} [{citing.mark(chunk)}]"
        for facet in standing.gaps
        if (chunk := quotable(facet, sections))
    )
    return _listed(list(needed)[:_MOST_NAMED])


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts) or _UNSAID
