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
    return tuple(_walk(_markdown.parse(body)))


def _walk(tokens: list[Token]) -> Iterator[Unit]:
    block = -1
    in_list = 0
    in_table = False
    header: list[str] = []
    row: list[str] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                block += not in_list
                in_list += 1
            case "bullet_list_close" | "ordered_list_close":
                in_list -= 1
            case "paragraph_open" if not in_list:
                block += 1
            case "table_open":
                block += 1
                in_table, header = True, []
            case "table_close":
                in_table = False
            case "thead_close":
                header, row = row, []
            case "tr_open":
                row = []
            case "tr_close" if header:
                if text := _row_text(header, row):
                    yield Unit("row", text, block)
            case "inline" if in_table:
                row.append(_plain(token))
            case "inline" if in_list:
                yield Unit("item", _plain(token), block)
            case "inline":
                for sentence in sentencex.segment("en", _plain(token)):
                    if text := sentence.strip():
                        yield Unit("sentence", text, block)
            case _:
                pass


def _plain(token: Token) -> str:
    """Inline Markdown without its marks: what a reader sees."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type == "image":
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
