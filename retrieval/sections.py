"""The guides' sections by name, as they stand in the live edition."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from knowledge.library import Library, StoredChunk

# A section's name: its guide's id and its heading.
SectionName = tuple[str, str]


class Sections:
    """Reads sections that are asked for by name rather than by meaning."""

    def __init__(self, library: Library, model: str) -> None:
        """Read the library; `model` is the fingerprint of the embedding model."""
        self._library = library
        self._model = model

    async def read(self, guides: Collection[str]) -> Mapping[SectionName, StoredChunk]:
        """Return every section of these guides; of a long one only its beginning.

        A guide that is not in the library has none.
        """
        live = await self._library.live()
        wanted = {guide: live.versions[guide] for guide in guides if guide in live.versions}
        ids = [text.id async for text in self._library.texts(replace(live, versions=wanted))]
        found: dict[SectionName, StoredChunk] = {}
        for chunk in await self._library.chunks(ids, self._model):
            found.setdefault((chunk.guide_id, chunk.section), chunk)
        return found
