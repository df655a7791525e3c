"""Numbers the sections that a reply rests on, each once, in the order they come up."""

from __future__ import annotations

from knowledge.library import StoredChunk
from retrieval.answer import Citation, marked


class Citing:
    """The citations of one reply, as it is written."""

    def __init__(self) -> None:
        """Begin without any."""
        self._citations: dict[str, Citation] = {}

    def mark(self, chunk: StoredChunk) -> int:
        """Cite a section; return its marker."""
        if chunk.id not in self._citations:
            marker = len(self._citations) + 1
            self._citations[chunk.id] = Citation.of(marker, chunk)
        return self._citations[chunk.id].marker

    def marked(self, said: str, chunk: StoredChunk) -> str:
        """Write what a section says with its marker."""
        return marked(said, [self.mark(chunk)])

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All that was cited, by marker."""
        return tuple(self._citations.values())
