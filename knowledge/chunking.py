"""Sections → chunks: the pieces that are embedded and found."""

from __future__ import annotations

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
    start = 0
    while start < len(units):
        end = _end(units, start)
        yield units[start:end]
        start = end if end == len(units) else _next_start(units, start, end)


def _end(units: Sequence[Unit], start: int) -> int:
    """Return where the window that begins at `start` had best end."""
    lengths = list(accumulate(unit.words for unit in units[start:]))
    share = lengths[-1] / -(-lengths[-1] // MAX_CHUNK_WORDS)
    ends = [n for n, words in enumerate(lengths, start + 1) if words <= MAX_CHUNK_WORDS]

    def misfit(end: int) -> tuple[float, int]:
        whole = end == len(units) or units[end].block != units[end - 1].block
        return abs(lengths[end - start - 1] - share) + (0 if whole else _BROKEN_PARAGRAPH), -end

    return min(ends, key=misfit, default=start + 1)


def _next_start(units: Sequence[Unit], start: int, end: int) -> int:
    """Return where the window after another begins: with its last unit, where a paragraph is cut."""
    again = end - OVERLAP_UNITS
    cut = units[end].block == units[end - 1].block
    fits = sum(unit.words for unit in units[again : end + 1]) <= MAX_CHUNK_WORDS
    return again if cut and fits and again > start else end
