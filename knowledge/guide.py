"""What a guide is: a document with provenance, made of sections of one idea each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from knowledge.errors import CoachError


class GuideError(CoachError):
    """A guide that cannot be read: says the file, the line and what to mend."""

    def __init__(self, path: str, line: int, problem: str) -> None:
        """Name the place (`line` counts from 1) and, in `problem`, the mend."""
        super().__init__(f"{path}:{line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """Where a guide's facts come from."""

    id: str
    title: str
    publisher: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None

    def __str__(self) -> str:
        """The source as a reader would cite it: author, title, publisher, date."""
        parts = (self.author, f"“{self.title}”", self.publisher, self.date)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a guide that holds one idea and can be quoted alone.

    `body` is the Markdown between this heading and the next, verbatim; `asks` are
    questions that the section answers, as people put them, the best worded one first.
    """

    heading: str
    body: str
    sources: tuple[Source, ...]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """One document of the library. `id` is the file's name without its ending."""

    id: str
    title: str
    summary: str
    updated: date
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
