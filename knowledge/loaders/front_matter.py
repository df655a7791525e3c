"""What a Markdown file says of itself: its front matter, and under a heading what that part answers.

The form is that of `knowledge/README.md`, read kindly: what is not known is left out, for other
people's files have front matter of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from knowledge.guide import Source
from knowledge.loaders.document import Block, Document, Provenance

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(?P<yaml>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_NOTE = re.compile(r"^> *(?P<key>Asks|Source): *(?P<value>.*\S)\s*$", re.MULTILINE)
# Stands before a note until its heading takes it; nobody types this character.
_MARK = "\ue000"
# Front matter is a page at most; what is longer, or refers to itself, is an attack on the parser.
_MOST_CHARACTERS = 20_000
_SUMMARIES = ("summary", "description", "excerpt")
_DATES = ("updated", "date", "published")


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Part a file into what its front matter holds and the rest; notes are marked in it."""
    found = _FRONT.match(text)
    fields = _fields(found["yaml"]) if found else {}
    rest = text[found.end() :] if found else text
    # A paragraph each: lines of one quotation would run together.
    return fields, _NOTE.sub(rf"\n{_MARK}\g<key>: \g<value>\n", rest)


def with_front_matter(document: Document, fields: dict[str, Any]) -> Document:
    """Add what front matter says to a document, and to its headings what was noted under them."""
    sources = tuple(_sources(fields.get("sources")))
    said = Provenance(
        title=_text(fields, "title"),
        author=_text(fields, "author"),
        publisher=_text(fields, "publisher"),
        date=_text(fields, "date", "published"),
        url=_text(fields, "url", "canonical"),
    )
    return replace(
        document,
        blocks=tuple(_noted(document.blocks)),
        provenance=said.completed_by(document.provenance),
        sources=sources,
        summary=_text(fields, *_SUMMARIES),
        updated=next((str(fields[key]) for key in _DATES if type(fields.get(key)) is date), ""),
    )


def _fields(text: str) -> dict[str, Any]:
    if len(text) > _MOST_CHARACTERS or ("&" in text and "*" in text):
        return {}
    try:
        fields = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _text(fields: dict[str, Any], *keys: str) -> str:
    """Return the first of some fields that holds a line of text."""
    values = (fields.get(key) for key in keys)
    return next((" ".join(str(value).split()) for value in values if isinstance(value, (str, date))), "")


def _sources(listed: object) -> Iterator[Source]:
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and _text(entry, "id") and _text(entry, "title"):
            optional = ("publisher", "author", "date", "url")
            yield Source(
                _text(entry, "id"),
                _text(entry, "title"),
                **{key: value for key in optional if (value := _text(entry, key)) not in {"", "unknown"}},
            )


def _noted(blocks: Sequence[Block]) -> Iterator[Block]:
    """Fold the notes that follow a heading into it; elsewhere they are left out."""
    heading: Block | None = None
    for block in blocks:
        if block.text.startswith(_MARK):
            key, _, value = block.text.removeprefix(_MARK).partition(": ")
            if heading is not None and key == "Asks":
                heading = replace(heading, asks=(*heading.asks, value))
            elif heading is not None:
                names = (name.strip() for name in value.split(","))
                heading = replace(heading, sources=(*heading.sources, *names))
            continue
        if heading is not None:
            yield heading
        heading = block if block.kind == "heading" else None
        if heading is None:
            yield block
    if heading is not None:
        yield heading
