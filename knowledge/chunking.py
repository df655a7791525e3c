"""Sections → chunks: the pieces that are embedded and found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.guide import Guide, Section
from knowledge.units import Unit, split_units

# all-MiniLM-L6-v2 reads 256 word pieces; 180 English words stay below that.
MAX_CHUNK_WORDS = 180
# A window repeats the last unit of the one before, so that no thought is cut in two,
# unless the two would not fit.
OVERLAP_UNITS = 1


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
    window: list[Unit] = []
    words = 0
    for unit in units:
        if window and words + unit.words > MAX_CHUNK_WORDS:
            yield tuple(window)
            window = window[-OVERLAP_UNITS:]
            words = sum(kept.words for kept in window)
            if words + unit.words > MAX_CHUNK_WORDS:
                window, words = [], 0
        window.append(unit)
        words += unit.words
    if window:
        yield tuple(window)
