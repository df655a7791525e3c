"""A guide's version before it is in the library: cut into chunks, each named by what it says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from knowledge.chunking import Chunk, chunk_guide
from knowledge.guide import Guide

# Part of every version's id: raise it when guides must be cut into chunks anew.
CHUNKING_VERSION = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A guide's version and its chunks, ready to be written."""

    version_id: str
    guide: Guide
    chunks: tuple[Chunk, ...]

    def chunk_id(self, chunk: Chunk) -> str:
        """Return the id under which the chunk is stored and indexed."""
        return f"{self.version_id}.{chunk.ordinal}"


def draft(guide: Guide) -> Draft:
    """Cut a guide into chunks; equal content always gives the same version id."""
    content = repr((CHUNKING_VERSION, guide))
    return Draft(f"{guide.id}@{_digest(content)[:16]}", guide, chunk_guide(guide))


def version_of(chunk_id: str) -> str:
    """Return the version a chunk belongs to."""
    return chunk_id.rpartition(".")[0]


def texts_to_embed(chunk: Chunk) -> tuple[str, ...]:
    """List what a chunk's vectors encode: the whole, then its questions, then its units."""
    return (chunk.text, *chunk.section.asks, *(unit.text for unit in chunk.units))


def embedding_digest(chunk: Chunk) -> str:
    """Name a chunk's vectors by what they encode."""
    return _digest("\0".join(texts_to_embed(chunk)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def version_row(item: Draft) -> dict[str, Any]:
    """Return a draft's row in the table of versions."""
    guide = item.guide
    return {
        "id": item.version_id,
        "guide_id": guide.id,
        "title": guide.title,
        "summary": guide.summary,
        "updated": guide.updated.isoformat(),
        "created_at": datetime.now(UTC),
    }


def chunk_rows(item: Draft) -> list[dict[str, Any]]:
    """Return the rows of a draft's chunks."""
    return [
        {
            "id": item.chunk_id(chunk),
            "version_id": item.version_id,
            "ordinal": chunk.ordinal,
            "section": chunk.section.heading,
            "asks": json.dumps(chunk.section.asks, ensure_ascii=False),
            "source": "; ".join(str(source) for source in chunk.section.sources),
            "link": next((source.url for source in chunk.section.sources if source.url), ""),
            "text": chunk.text,
            "quote": chunk.quote,
            "units": json.dumps([asdict(unit) for unit in chunk.units], ensure_ascii=False),
            "digest": embedding_digest(chunk),
        }
        for chunk in item.chunks
    ]
