"""A change to the knowledge base, as it would be: what a moderator sees before saying yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.guide import Guide
from knowledge.library import Edition
from knowledge.sources import AddedSource
from retrieval.refresh import Plan


@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted: guides put in, guides taken out, or an earlier edition as a whole."""

    guides: tuple[Guide, ...] = ()
    removed: frozenset[str] = frozenset()
    restored: Edition | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Something left out because a guide says the same; `share` of it, from 0 to 1, is there already."""

    name: str
    guide: str
    share: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be read. Where `kept`, its last good version stands."""

    name: str
    problem: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class GuideChange:
    """A guide that would differ, with its number of chunks before and after."""

    id: str
    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change, what it would do, and what could not be made part of it."""

    note: str
    change: Change
    plan: Plan
    guides: Mapping[str, GuideChange]
    sources: tuple[AddedSource, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def added(self) -> list[GuideChange]:
        """Guides that are not there yet."""
        return [self.guides[each] for each in self.plan.added]

    @property
    def changed(self) -> list[GuideChange]:
        """Guides that would say something else."""
        return [self.guides[each] for each in self.plan.changed]

    @property
    def removed(self) -> list[GuideChange]:
        """Guides that would go."""
        return [self.guides[each] for each in self.plan.removed]
