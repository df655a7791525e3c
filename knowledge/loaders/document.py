"""What every loader hands over: a document as a row of blocks, and where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from knowledge.errors import CoachError
from knowledge.guide import Source

# What moderators add by hand is far smaller; what is larger is a book or a mistake.
MOST_BYTES = 10_000_000
ENDINGS = (".md", ".markdown", ".txt", ".text", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".csv")

BlockKind = Literal["heading", "paragraph", "item", "table"]


class UnreadableError(CoachError):
    """A document that cannot be taken in; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a list item or a table.

    `level` is a heading's rank, 1 the highest, or how deep an item lies, from 0. Only a
    table has `rows`, the first of them its header. Only a heading has `asks`, questions
    that its part answers, and `sources`, ids of those it rests on.
    """

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    asks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a document comes from, as far as it says so or a person has said so."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    date: str = ""
    url: str = ""

    def completed_by(self, other: Provenance) -> Provenance:
        """Fill what is not known from another."""
        known = {name: value for name, value in asdict(self).items() if value}
        return replace(other, **known)


NOTHING_SAID = Provenance()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its blocks in reading order.

    `sources`, `summary` and `updated`, a date as in 2026-11-20, are what it says of itself.
    """

    blocks: tuple[Block, ...]
    provenance: Provenance = NOTHING_SAID
    sources: tuple[Source, ...] = ()
    summary: str = ""
    updated: str = ""

    def fields(self) -> dict[str, Any]:
        """Show it as what JSON can hold."""
        return asdict(self)

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> Document:
        """Read it from what JSON held."""
        blocks = (
            Block(
                each["kind"],
                each["text"],
                each["level"],
                tuple(map(tuple, each["rows"])),
                tuple(each["asks"]),
                tuple(each["sources"]),
            )
            for each in fields["blocks"]
        )
        return cls(
            tuple(blocks),
            Provenance(**fields["provenance"]),
            tuple(Source(**each) for each in fields["sources"]),
            fields["summary"],
            fields["updated"],
        )
