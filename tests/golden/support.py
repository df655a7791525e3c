"""The labelled sentences of support.jsonl, each with the passage it cites."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.chunking import chunk_guide
from knowledge.library import StoredChunk
from knowledge.loaders.markdown import read_guides

_FILE = Path(__file__).with_name("support.jsonl")
_GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, the passage it cites, and whether that bears it out."""

    id: str
    sentence: str
    chunk: StoredChunk
    label: str

    @property
    def supported(self) -> bool:
        """Whether the passage bears the sentence out."""
        return self.label == "supported"


def load_support(part: str) -> list[Labelled]:
    """Read a part: `tune` or `aside`."""
    rows = map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())
    return [
        Labelled(row["id"], row["sentence"], shipped_chunks()[row["guide"], row["section"]], row["label"])
        for row in rows
        if row["part"] == part
    ]


def section_of(chunk: StoredChunk) -> str:
    """Name the section that a chunk is of, for sentences of one section to be kept together."""
    return f"{chunk.guide_id}/{chunk.section}"


@cache
def shipped_chunks() -> dict[tuple[str, str], StoredChunk]:
    """Cut the shipped guides into chunks, by guide and section, without vectors."""
    return {
        (guide.id, chunk.section.heading): StoredChunk(
            id=f"{guide.id}/{chunk.ordinal}",
            guide_id=guide.id,
            guide=guide.title,
            section=chunk.section.heading,
            asks=chunk.section.asks,
            source="; ".join(map(str, chunk.section.sources)),
            quote=chunk.quote,
            units=chunk.units,
            vectors=np.empty((0, 0), np.float32),
        )
        for guide in read_guides(_GUIDES)
        for chunk in chunk_guide(guide)
    }
