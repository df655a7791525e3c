"""The chunks that were found last, at hand for the next search."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from knowledge.library import Library, StoredChunk, Vectors
from retrieval.field import Field

# All of the shipped library (40 MB), where a chunk has a hundred questions.
_MOST = 200


class Shelf:
    """Chunks with their vectors distinct in a field; what a chunk's id names never changes."""

    def __init__(self, library: Library, model: str) -> None:
        """Begin empty; take from the library what is not at hand, with vectors of this model."""
        self._library = library
        self._model = model
        self._field: Field | None = None
        self._chunks: OrderedDict[str, tuple[StoredChunk, Vectors]] = OrderedDict()

    def __len__(self) -> int:
        """Count the chunks at hand."""
        return len(self._chunks)

    async def take(self, ids: Sequence[str], field: Field) -> list[tuple[StoredChunk, Vectors]]:
        """Return chunks, in the order asked for; ids that the library does not know are left out."""
        if field is not self._field:
            self._field, self._chunks = field, OrderedDict()
        # Another field may come while the library is read.
        chunks = self._chunks
        found = {chunk_id: chunks[chunk_id] for chunk_id in ids if chunk_id in chunks}
        if missing := [chunk_id for chunk_id in ids if chunk_id not in found]:
            read = await self._library.chunks(missing, self._model)
            found |= {chunk.id: (chunk, field.distinct(chunk.vectors)) for chunk in read}
        for chunk_id, chunk in found.items():
            chunks[chunk_id] = chunk
            chunks.move_to_end(chunk_id)
        while len(chunks) > _MOST:
            chunks.popitem(last=False)
        return [found[chunk_id] for chunk_id in ids if chunk_id in found]
