"""A clean document → a guide: headed sections in Markdown, each with what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import sentencex

from knowledge.chunking import MAX_CHUNK_WORDS
from knowledge.guide import Guide, Section, Source
from knowledge.loaders.document import Block, Document, UnreadableError
from knowledge.units import split_units

_BEGINNING = "Introduction"
_NUMBER = re.compile(
    r"^\s*(?:(?:step|part|chapter|section)\s+)?(?:\d{1,3}(?:\.\d+)*[.):]|\d{1,2}(?:\.\d+)+)\s+(?=\S)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"([\\`*_\[\]<>#&~|])")
_LEADING = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")
_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_LABEL = re.compile(r"^(?P<label>[^.!?:]{2,60}):$")
_MOST_LABEL_WORDS = 6
# One label is the lead of the part's only list.
_LEAST_LABELS = 2
_MOST_SUMMARY_WORDS = 40
# Less than this is no document: a page that only a script fills, an error page.
_LEAST_WORDS = 8


@dataclass(slots=True)
class _Part:
    """A section being put together: its heading, those above it, its blocks, and what was noted."""

    heading: str
    above: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)
    asks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def guide_of(document: Document, *, guide_id: str, name: str, updated: date) -> Guide:
    """Make a guide of a clean document; `name` is its title where it has none.

    What the document says of its summary, its sources and when it was updated goes first.

    Raises:
        UnreadableError: it says next to nothing.

    """
    said = document.provenance
    title = said.title or name
    parts = [part for part in _labelled(_parts(document.blocks, title)) if part.blocks]
    if sum(len(_words(block)) for part in parts for block in part.blocks) < _LEAST_WORDS:
        raise UnreadableError(f"There is no text to speak of in “{name}”.")
    sources = document.sources or (
        Source(
            id="source",
            title=title,
            publisher=said.publisher or None,
            author=said.author or None,
            date=said.date or None,
            url=said.url or None,
        ),
    )
    by_id = {source.id: source for source in sources}
    sections = tuple(
        Section(
            heading,
            _markdown(part.blocks),
            tuple(by_id[each] for each in part.sources if each in by_id) or sources,
            tuple(dict.fromkeys((*part.asks, *([heading] if heading.endswith("?") else ())))),
        )
        for heading, part in zip(_distinct_headings(parts), parts, strict=True)
    )
    updated = date.fromisoformat(document.updated) if document.updated else updated
    return Guide(guide_id, title, document.summary or _summary(parts), updated, sources, sections)


def _parts(blocks: Sequence[Block], title: str) -> Iterator[_Part]:
    part = _Part(_BEGINNING, (), asks=(title,) if title.endswith("?") else ())
    above: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind != "heading":
            if block.text.casefold() != title.casefold():  # else the title once more
                part.blocks.append(block)
            continue
        heading = _NUMBER.sub("", block.text).rstrip(":").strip() or block.text
        if heading.casefold() == title.casefold() and not (part.blocks or above or block.asks):
            continue  # the title once more, above everything
        yield part
        above = [each for each in above if each[0] < block.level]
        part = _Part(heading, tuple(text for _, text in above), asks=block.asks, sources=block.sources)
        above.append((block.level, heading))
    yield part


def _labelled(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Of a part too long for one chunk, make parts of the lists that have a label each.

    “Key skills:” under “Data scientist” says nothing without both.
    """
    for part in parts:
        labels = [n for n in range(len(part.blocks)) if _is_label(part.blocks, n)]
        if sum(len(_words(block)) for block in part.blocks) <= MAX_CHUNK_WORDS or len(labels) < _LEAST_LABELS:
            yield part
            continue
        yield replace(part, blocks=part.blocks[: labels[0]])
        for start, end in zip(labels, [*labels[1:], len(part.blocks)], strict=True):
            label = part.blocks[start].text.rstrip(":")
            yield replace(part, heading=f"{part.heading}: {label}", blocks=part.blocks[start + 1 : end])


def _is_label(blocks: Sequence[Block], at: int) -> bool:
    block = blocks[at]
    return (
        block.kind == "paragraph"
        and _LABEL.match(block.text) is not None
        and len(block.text.split()) <= _MOST_LABEL_WORDS
        and at + 1 < len(blocks)
        and blocks[at + 1].kind == "item"
    )


def _distinct_headings(parts: Sequence[_Part]) -> list[str]:
    """Name each part by its heading; where two are called the same, by what stands above too."""
    seen: set[str] = set()
    names = []
    for part in parts:
        name = part.heading
        for above in reversed(part.above):
            if name.casefold() not in seen:
                break
            name = f"{above}: {part.heading}"
        number = 2
        while name.casefold() in seen:
            name = f"{part.heading} ({number})"
            number += 1
        seen.add(name.casefold())
        names.append(name)
    return names


def _markdown(blocks: Sequence[Block]) -> str:
    lines: list[str] = []
    last = ""
    for block in blocks:
        if block.kind != "item" or last != "item":
            lines.append("")
        if block.kind == "table":
            lines += _table(block.rows)
        elif block.kind == "item":
            lines.append(f"{'  ' * block.level * (last == 'item')}- {_literal(block.text)}")
        else:
            lines.append(_literal(block.text))
        last = block.kind
    return "\n".join(lines).strip()


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    width = max(map(len, rows))
    for number, row in enumerate(rows):
        cells = [_literal(cell).replace("|", "\\|") for cell in (*row, *[""] * (width - len(row)))]
        yield f"| {' | '.join(cells)} |"
        if not number:
            yield f"|{' --- |' * width}"


def _literal(text: str) -> str:
    """Write text so that Markdown reads it as it stands; marks are escaped only where needed."""
    if " ".join(unit.text for unit in split_units(text)) == text:
        return text
    return _LEADING.sub(r"\1\\\2", _MARKS.sub(r"\\\1", text))


def _summary(parts: Sequence[_Part]) -> str:
    for part in parts:
        for block in part.blocks:
            if block.kind == "paragraph":
                for sentence in sentencex.segment("en", block.text):
                    said = sentence.strip()
                    if _END.search(said) and not said.endswith("?"):
                        words = said.split()
                        return " ".join(words[:_MOST_SUMMARY_WORDS]) + "…" * (
                            len(words) > _MOST_SUMMARY_WORDS
                        )
    return f"Sections: {', '.join(part.heading for part in parts[:5])}"


def _words(block: Block) -> list[str]:
    return " ".join((block.text, *(cell for row in block.rows for cell in row))).split()
