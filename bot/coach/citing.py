"""Numbers the sections that a reply rests on, each once, in the order they come up."""

from __future__ import annotations

from knowledge.library import StoredChunk
from retrieval.answer import Citation


class Citing:
    """The citations of one reply, as it is written."""

    def __init__(self) -> None:
        """Begin without any."""
        self._citations: dict[str, Citation] = {}

    def mark(self, chunk: StoredChunk) -> int:
        """Cite a section; return its marker."""
        if chunk.id not in self._citations:
            marker = len(self._citations) + 1
            self._citations[chunk.id] = Citation(
                marker, chunk.guide, chunk.section, chunk.source, chunk.quote, chunk.link
            )
        return self._citations[chunk.id].marker

    def marked(self, said: str, chunk: StoredChunk) -> str:
        """Write what a section says with its marker, before the full stop."""
        return f"{said.rstrip('.')} [{self.mark(chunk)}]{'.' if said.endswith('.') else ''}"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All that was cited, by marker."""
        return tuple(self._citations.values())
