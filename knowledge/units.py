"""Cuts a section's Markdown into units: the smallest pieces that can be quoted alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import sentencex
from markdown_it import MarkdownIt
from markdown_it.token import Token

UnitKind = Literal["sentence", "item", "row"]

_markdown = MarkdownIt("commonmark").enable("table")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, a list item or a table row, as plain text.

    `block` numbers the paragraph, list or table within the section, from 0.
    """

    kind: UnitKind
    text: str
    block: int

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


def split_units(body: str) -> tuple[Unit, ...]:
    """Cut Markdown into units in reading order."""
    cutter = _Cutter()
    units = (unit for token in _markdown.parse(body) for unit in cutter.take(token))
    return tuple(unit for unit in units if unit.text)


class _Cutter:
    """Follows Markdown's tokens and says which unit, if any, each one brings."""

    def __init__(self) -> None:
        self._block = -1
        self._lists = 0  # how many lists are open around the token
        self._in_table = False
        self._header: list[str] = []
        self._row: list[str] = []

    def take(self, token: Token) -> Iterator[Unit]:
        """Take the next token."""
        if token.type == "inline":
            yield from self._text(token)
        elif token.type == "tr_close" and self._header:
            yield Unit("row", _row_text(self._header, self._row), self._block)
        else:
            self._structure(token.type)

    def _text(self, token: Token) -> Iterator[Unit]:
        text = _plain(token)
        if self._in_table:
            self._row.append(text)
        elif self._lists:
            yield Unit("item", text, self._block)
        else:
            for sentence in sentencex.segment("en", text):
                if said := sentence.strip():
                    yield Unit("sentence", said, self._block)

    def _structure(self, kind: str) -> None:
        match kind:
            case "bullet_list_open" | "ordered_list_open":
                self._block += not self._lists
                self._lists += 1
            case "bullet_list_close" | "ordered_list_close":
                self._lists -= 1
            case "paragraph_open" if not self._lists:
                self._block += 1
            case "table_open":
                self._block += 1
                self._in_table, self._header = True, []
            case "table_close":
                self._in_table = False
            case "thead_close":
                self._header = self._row
            case "tr_open":
                self._row = []
            case _:
                pass


def _plain(token: Token) -> str:
    """Inline Markdown without its marks: what a reader sees."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type in {"text", "code_inline", "image"}:
            parts.append(child.content)
    return _SPACE.sub(" ", "".join(parts)).strip()


def _row_text(header: list[str], row: list[str]) -> str:
    """A row as a sentence-like line: the first cell names it, the others say it."""
    label, *cells = row
    if len(cells) == 1:
        said, mark = cells[0], ": "
    else:
        named = zip(header[1:], cells, strict=False)
        said, mark = "; ".join(f"{name}: {cell}" for name, cell in named if cell), " – "
    return mark.join(part for part in (label, said) if part)
