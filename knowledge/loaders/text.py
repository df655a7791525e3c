"""Plain text → a document: what its lines are is read from how they look and what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import median_low

from knowledge.loaders.document import Block, Document, Provenance
from knowledge.loaders.frame import byline, is_caption, is_frame_line
from knowledge.loaders.transcript import blocks_of_turns, turns_of

_BULLET = re.compile(
    r"^(?P<indent>\s*)(?:[•●◦▪▫‣⁃∙·○■□◆◇➢➤➔→✓✔✅☑»]|[*+–—-](?=\s)|o(?=\s{2,}))\s*(?P<text>\S.*)$"
)
_NUMBERED = re.compile(r"^\s*(?:step\s+)?(?P<number>\d{1,3}|[a-zA-Z])[.):]\s+(?P<text>\S.*)$", re.IGNORECASE)
_MARKED = re.compile(r"^(?P<marks>#{1,6})\s+(?P<text>\S.*?)\s*#*$")
_UNDERLINE = re.compile(r"^\s*(={3,}|-{3,}|~{3,})\s*$")
_ASKED = re.compile(r"^(?:q|question)\s*\d*\s*[:.)]\s*(?P<text>\S.*)$", re.IGNORECASE)
_ANSWERED = re.compile(r"^(?:a|answer)\s*\d*\s*[:.)]\s*(?P<text>\S.*)$", re.IGNORECASE)
_TIME = re.compile(r"^\s*[\[(]?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?[\])]?\s*(?:-->.*)?\s*")
_SOURCE = re.compile(r"^\s*(?:source|url|link)\s*:\s*(?P<url>https?://\S+)\s*$", re.IGNORECASE)
_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_GAP = re.compile(r"\s*\t\s*|\s{3,}|\s+\|\s+")
# How a heading begins: a capital or a figure, perhaps quoted.
_FIRST = re.compile(r"[“\"‘'¿¡]?[^\W_a-zß-ÿ]")
_MOST_HEADING_WORDS = 14
_MOST_TITLE_WORDS = 22
_MOST_CELL_WORDS = 8
_LEAST_CELLS = 6
_LEAST_ROWS = 3
_TABLE = re.compile(r"\b(?:table|chart|matrix|comparison|compar\w+|map\w*|overview)\b.*:$", re.IGNORECASE)
# Lines are wrapped when this share of them runs on into the next.
_WRAPPED = 0.2
_FULL_LINE = 0.7
_LEAST_WIDTH = 40
# A heading above notes in fragments is shorter still.
_MOST_NOTE_HEADING_WORDS = 5
_INDENT = 3
_CENTRED = 8
_HEADING_LEVEL, _NUMBERED_LEVEL = 2, 3


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    blank_before: bool
    blank_after: bool

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def ended(self) -> bool:
        return _END.search(self.text) is not None

    @property
    def marked(self) -> bool:
        """Whether it begins with a bullet or a number."""
        return bool(_BULLET.match(self.text) or _NUMBERED.match(self.text))

    @property
    def short(self) -> bool:
        """Whether it has a heading's form: few words, no sentence's end, a capital first."""
        text = self.text.strip()
        return (
            self.words <= _MOST_HEADING_WORDS
            and _FIRST.match(text) is not None
            and not text.endswith((",", ";", ":"))
            and (not self.ended or text.endswith("?"))
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns it is set in, by tabs, bars or wide gaps; none where it is running text."""
        cells = tuple(cell for cell in _GAP.split(self.text.strip().strip("|").strip()) if cell)
        fits = all(len(cell.split()) <= _MOST_CELL_WORDS for cell in cells)
        return cells if len(cells) > 1 and fits else ()

    @property
    def indent(self) -> int:
        """How many spaces stand before it."""
        return len(self.text) - len(self.text.lstrip())


def read_text(text: str) -> Document:
    """Read plain text; every text can be read, though not every one has headings."""
    lines = _unwrapped(_lines(text))
    provenance, lines = _provenance(lines)
    if turns := turns_of([line.text.strip() for line in lines]):
        return Document(tuple(blocks_of_turns(turns)), provenance)
    return Document(tuple(_Reader(lines).blocks()), provenance)


def _lines(text: str) -> list[_Line]:
    rows = [_TIME.sub("", row).rstrip() if _TIME.match(row) else row.rstrip() for row in text.splitlines()]
    blank = [not row.strip() for row in rows]
    return [
        _Line(row, n == 0 or blank[n - 1], n + 1 == len(rows) or blank[n + 1])
        for n, row in enumerate(rows)
        if not blank[n]
    ]


def _unwrapped(lines: list[_Line]) -> list[_Line]:
    """Put together the lines of paragraphs that were broken to a width."""
    pairs = [(a, b) for a, b in pairwise(lines) if not a.blank_after]
    on = sum(len(a.text) >= _LEAST_WIDTH and not a.ended and _begins_low(b) for a, b in pairs)
    if len(pairs) < _LEAST_CELLS or on < _WRAPPED * len(pairs):
        return lines
    return [line for block in _between_blanks(lines) for line in _joined(block)]


def _between_blanks(lines: list[_Line]) -> Iterator[list[_Line]]:
    block: list[_Line] = []
    for line in lines:
        block.append(line)
        if line.blank_after:
            yield block
            block = []
    if block:
        yield block


def _joined(block: list[_Line]) -> list[_Line]:
    """Join the lines of a block that run on; verse and quotations are narrower than the page."""
    width = max(len(line.text) for line in block)
    whole = block[:1]
    heads = True
    for line, following in pairwise(block):
        full = len(line.text) >= _FULL_LINE * width
        runs_on = _begins_low(following) or full or not (line.ended or heads)
        heads = line.ended and following.short and len(following.text) < _FULL_LINE * width
        row = bool(line.cells) and len(line.cells) == len(following.cells)
        if following.marked or _MARKED.match(following.text) or heads or row or not runs_on:
            whole.append(following)
            continue
        text = whole[-1].text
        glue = "" if text.endswith("-") and _begins_low(following) else " "
        joined = f"{text[:-1] if not glue else text}{glue}{following.text.strip()}"
        whole[-1] = _Line(joined, whole[-1].blank_before, following.blank_after)
    return whole


def _begins_low(line: _Line) -> bool:
    return line.text.lstrip()[:1].islower()


def _provenance(lines: list[_Line]) -> tuple[Provenance, list[_Line]]:
    """Take the title, and what stands about the source in the first lines."""
    title = author = url = ""
    rest = list(lines)
    for line in lines[:8]:
        said = line.text.strip()
        marked = _MARKED.match(said)
        if source := _SOURCE.match(said):
            url = source["url"]
        elif name := byline(said):
            author = author or name
        elif (
            not title
            and (
                (marked and len(marked["marks"]) == 1)
                or (
                    line.words <= _MOST_TITLE_WORDS
                    and not line.marked
                    and not said.endswith((".", ",", ";", ":"))
                )
            )
            and not is_frame_line(said)
            and not is_caption(said)
        ):
            title = marked["text"] if marked else said
        elif is_frame_line(said) or _UNDERLINE.match(said):
            pass
        else:
            break
        rest.remove(line)
    return Provenance(title=title, author=author, url=url), rest


class _Reader:
    def __init__(self, lines: list[_Line]) -> None:
        self._lines = [line for line in lines if not is_frame_line(line.text) or line.short]
        self._margin = median_low([line.indent for line in lines if line.ended] or [0])

    def blocks(self) -> Iterator[Block]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            cells = self._cells(at)
            if (
                len(cells) >= _LEAST_CELLS
                and len(cells) % 2 == 0
                and at
                and _TABLE.search(self._lines[at - 1].text)
            ):
                yield Block("table", rows=tuple(zip(cells[::2], cells[1::2], strict=True)))
                at += len(cells)
                continue
            if rows := self._rows(at):
                yield Block("table", rows=rows)
                at += len(rows)
                continue
            if at + 1 < len(self._lines) and _UNDERLINE.match(self._lines[at + 1].text) and line.short:
                yield Block("heading", line.text.strip(), 1 if "=" in self._lines[at + 1].text else 2)
                at += 2
                continue
            if not _UNDERLINE.match(line.text):
                yield self._block(at, line)
            at += 1

    def _block(self, at: int, line: _Line) -> Block:  # noqa: PLR0911 - one for each kind of line
        said = line.text.strip()
        if marked := _MARKED.match(said):
            return Block("heading", marked["text"], len(marked["marks"]))
        if asked := _ASKED.match(said):
            return Block("heading", asked["text"], _HEADING_LEVEL)
        if answered := _ANSWERED.match(said):
            return Block("paragraph", answered["text"])
        if bullet := _BULLET.match(line.text):
            return Block("item", bullet["text"].strip(), min(len(bullet["indent"]) // _INDENT, 3))
        if numbered := _NUMBERED.match(said):
            if self._heads(at, name := numbered["text"].rstrip(".")) and not self._next_numbered(at):
                return Block("heading", name, _NUMBERED_LEVEL)
            return Block("item", numbered["text"])
        if not self._stands_inside(at) and self._heads(at, said):
            return Block("heading", said, _HEADING_LEVEL)
        return Block(
            "paragraph"
            if line.ended or said.endswith(":") or line.words > 2 * _MOST_HEADING_WORDS
            else "item",
            said,
        )

    def _heads(self, at: int, said: str) -> bool:
        """Whether a line is a heading: short, and something is said under it."""
        line = _Line(said, self._lines[at].blank_before, self._lines[at].blank_after)
        if not line.short:
            return False
        for following in self._lines[at + 1 : at + 3]:
            if following.marked or following.ended or following.text.endswith(":"):
                return True
            if following.words > _MOST_HEADING_WORDS:
                return True
            if not following.short:
                return line.blank_before
            if not (line.blank_before and line.blank_after):
                break
        return self._leads_notes(at, line)

    def _stands_inside(self, at: int) -> bool:
        """Whether a line is text as it stands as deep as text does, where that is indented, and no deeper."""
        return 0 < self._margin <= self._lines[at].indent < self._margin + _CENTRED

    def _leads_notes(self, at: int, line: _Line) -> bool:
        """Whether a line stands at the head of a group of fragments."""
        group = self._lines[at + 1 : at + 2]
        fits = line.blank_before and not line.blank_after and line.words <= _MOST_NOTE_HEADING_WORDS
        return fits and bool(group) and not group[0].blank_before

    def _rows(self, at: int) -> tuple[tuple[str, ...], ...]:
        """Take the lines that are set in as many columns as this one; a table has some of them."""
        width = len(self._lines[at].cells)
        if not width:
            return ()
        following = (self._lines[n].cells for n in range(at, len(self._lines)))
        rows = tuple(takewhile(lambda cells: len(cells) == width, following))
        return rows if len(rows) >= _LEAST_ROWS else ()

    def _next_numbered(self, at: int) -> bool:
        """Whether a number's neighbours are numbers too: then it counts points, not parts."""
        near = [self._lines[n] for n in (at - 1, at + 1) if 0 <= n < len(self._lines)]
        return any(_NUMBERED.match(line.text) for line in near)

    def _cells(self, at: int) -> Sequence[str]:
        """Take the run of short lines, each by itself, that may be a table's cells."""
        cells = []
        for line in self._lines[at:]:
            if line.marked or line.ended or line.text.endswith(":") or line.words > _MOST_CELL_WORDS:
                break
            cells.append(line.text.strip())
        return cells
