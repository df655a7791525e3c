"""Sections → chunks: the pieces that are embedded and found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from knowledge.guide import Guide, Section
from knowledge.units import Unit, split_units

# all-MiniLM-L6-v2 reads 256 word pieces; 180 English words stay below that.
MAX_CHUNK_WORDS = 180
# Where a paragraph is cut, a window repeats the last unit of the one before, so that no thought is
# cut in two, unless the two would not fit.
OVERLAP_UNITS = 1
# So many words longer or shorter may a window be, for a paragraph to stay whole.
_BROKEN_PARAGRAPH = 50


@dataclass(frozen=True, slots=True)
class Chunk:
    """A section, or a window of a long one, cut into units."""

    guide_title: str
    section: Section
    ordinal: int
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        """What is searched: the place it stands in, then what it says."""
        place = f"{self.guide_title}: {self.section.heading}."
        return " ".join((place, *(unit.text for unit in self.units)))

    @property
    def quote(self) -> str:
        """The verbatim Markdown that the units were read from.

        Where marks inside a sentence hide its place, the whole section.
        """
        body = self.section.body
        start = body.find(self.units[0].text)
        last = self.units[-1].text
        end = body.rfind(last)
        return body[start : end + len(last)] if -1 < start <= end else body


@dataclass(frozen=True, slots=True)
class ChunkText:
    """What a stored chunk says, with its place before it, and the questions it answers."""

    id: str
    said: str
    asks: tuple[str, ...]

    @property
    def searchable(self) -> str:
        """All words it is found by."""
        return " ".join((self.said, *self.asks))


def chunk_guide(guide: Guide) -> tuple[Chunk, ...]:
    """Cut a guide into chunks, in reading order."""
    chunks: list[Chunk] = []
    for section in guide.sections:
        for window in _windows(split_units(section.body)):
            chunks.append(Chunk(guide.title, section, len(chunks), window))
    return tuple(chunks)


def _windows(units: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
    """Cut units into windows of about the same length, where a paragraph ends if one ends nearby."""
    words = [0, *accumulate(unit.words for unit in units)]
    start = 0
    while start < len(units):
        end = _end(units, words, start)
        yield units[start:end]
        start = end if end == len(units) else _next_start(units, words, start, end)


def _end(units: Sequence[Unit], words: Sequence[int], start: int) -> int:
    """Return where the window that begins at `start` had best end; `words` stand before each unit."""
    left = words[-1] - words[start]
    share = left / -(-left // MAX_CHUNK_WORDS)

    def misfit(end: int) -> tuple[float, int]:
        whole = end == len(units) or units[end].block != units[end - 1].block
        return abs(words[end] - words[start] - share) + (0 if whole else _BROKEN_PARAGRAPH), -end

    last = bisect_right(words, words[start] + MAX_CHUNK_WORDS) - 1
    return min(range(start + 1, last + 1), key=misfit, default=start + 1)


def _next_start(units: Sequence[Unit], words: Sequence[int], start: int, end: int) -> int:
    """Return where the window after another begins: with its last unit, where a paragraph is cut."""
    again = end - OVERLAP_UNITS
    cut = units[end].block == units[end - 1].block
    fits = words[end + 1] - words[again] <= MAX_CHUNK_WORDS
    return again if cut and fits and again > start else end
