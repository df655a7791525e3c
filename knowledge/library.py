"""The library: which guides there are, in which version, and what is live. The truth, in SQL.

A guide's chunks are written under a version that nobody sees yet; one row, `live`, then
points to a new edition (a set of versions), so that people see the library before or
after a change and never a mix. Vectors are kept beside the text, by what they encode,
so that an index can be rebuilt, and an earlier edition taken up again, without encoding.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.chunking import Chunk, ChunkText
from knowledge.database import hold, read, reading, writing
from knowledge.drafts import Draft, chunk_rows, embedding_digest, version_row
from knowledge.sharing import SharedLibrary
from knowledge.tables import (
    ChunkRow,
    EditionGuideRow,
    EditionRow,
    EmbeddingRow,
    GuideVersionRow,
    LiveRow,
)
from knowledge.units import Unit

Vectors = npt.NDArray[np.float32]

# Bound parameters in one statement; SQLite's own limit is 32,766.
_BATCH = 500
_LIVE_ROW = 1
# Whoever writes to the library holds this name, whichever process it is.
_LIBRARY = "library"


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk as the library keeps it.

    `vectors` has shape (1 + asks + units, dimensions), unit length: the whole chunk first,
    then each of its questions, then each unit. `quote` is verbatim from the guide; `link`
    leads to where the guide comes from, if that is known.
    """

    id: str
    guide_id: str
    guide: str
    section: str
    asks: tuple[str, ...]
    source: str
    quote: str
    units: tuple[Unit, ...]
    vectors: Vectors
    link: str = ""


@dataclass(frozen=True, slots=True)
class GuideSummary:
    """A live guide in a line: `chunks` counts its pieces."""

    id: str
    title: str
    summary: str
    updated: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A state of the library: the embedding model it was made with, and its versions.

    `versions` maps a guide's id to its version's id; `withdrawn` names shipped guides that a
    moderator took out. The empty library is edition 0.
    """

    id: int
    model: str
    versions: Mapping[str, str]
    withdrawn: frozenset[str] = frozenset()

    def of(self, versions: Collection[str]) -> Edition:
        """Return the part of it that consists of some versions."""
        part = {guide_id: version for guide_id, version in self.versions.items() if version in versions}
        return replace(self, versions=part)


class Library(SharedLibrary):
    """Reads and writes the library's tables, one writer at a time."""

    async def live(self) -> Edition:
        """Return the edition people see now."""
        async with reading(self._engine) as db:
            live = await db.scalar(select(LiveRow.edition_id))
            return await _edition(db, live) if live else Edition(0, "", {})

    async def edition(self, edition_id: int) -> Edition | None:
        """Return an earlier edition, if there was one of this number."""
        async with reading(self._engine) as db:
            known = await db.scalar(select(EditionRow.id).where(EditionRow.id == edition_id))
            return await _edition(db, edition_id) if known else None

    async def guides(self) -> list[GuideSummary]:
        """List the live guides by title."""
        live = await self.live()
        return await self.summaries(live.versions.values())

    async def summaries(self, versions: Iterable[str]) -> list[GuideSummary]:
        """Describe versions of guides, by title."""
        found: list[GuideSummary] = []
        async with reading(self._engine) as db:
            for batch in _batches(sorted(versions)):
                rows = await db.execute(
                    select(
                        GuideVersionRow.guide_id,
                        GuideVersionRow.title,
                        GuideVersionRow.summary,
                        GuideVersionRow.updated,
                        func.count(ChunkRow.id).label("chunks"),
                    )
                    .outerjoin(ChunkRow, ChunkRow.version_id == GuideVersionRow.id)
                    .where(GuideVersionRow.id.in_(batch))
                    .group_by(GuideVersionRow.id)
                )
                found += [GuideSummary(*row) for row in rows]
        return sorted(found, key=lambda guide: (guide.title, guide.id))

    async def texts(self, edition: Edition) -> AsyncIterator[ChunkText]:
        """Yield the texts of an edition's chunks."""
        async with reading(self._engine) as db:
            for batch in _batches(sorted(edition.versions.values())):
                rows = await db.execute(
                    select(ChunkRow.id, ChunkRow.text, ChunkRow.asks)
                    .where(ChunkRow.version_id.in_(batch))
                    .order_by(ChunkRow.version_id, ChunkRow.ordinal)
                )
                for row in rows:
                    yield ChunkText(row.id, row.text, tuple(json.loads(row.asks)))

    async def index_sizes(self, versions: Iterable[str]) -> dict[str, int]:
        """Return, in reading order, by how many vectors each chunk of some versions is found."""
        sizes: dict[str, int] = {}
        order = (ChunkRow.version_id, ChunkRow.ordinal)
        async with reading(self._engine) as db:
            for batch in _batches(sorted(versions)):
                query = select(ChunkRow.id, ChunkRow.asks).where(ChunkRow.version_id.in_(batch))
                rows = await db.execute(query.order_by(*order))
                sizes |= {row.id: 1 + len(json.loads(row.asks)) for row in rows}
        return sizes

    async def index_rows(self, edition: Edition, model: str) -> AsyncIterator[tuple[str, Vectors]]:
        """Yield (chunk id, vectors to find it by: its own, then its questions')."""
        for batch in _batches(sorted(edition.versions.values())):
            async with reading(self._engine) as db:
                rows = await db.execute(
                    select(ChunkRow.id, ChunkRow.asks, EmbeddingRow.vectors, ChunkRow.units)
                    .join(EmbeddingRow, EmbeddingRow.digest == ChunkRow.digest)
                    .where(ChunkRow.version_id.in_(batch), EmbeddingRow.model == model)
                    .order_by(ChunkRow.version_id, ChunkRow.ordinal)
                )
                for row in rows:
                    asks = len(json.loads(row.asks))
                    matrix = _matrix(row.vectors, 1 + asks + len(json.loads(row.units)))
                    yield row.id, matrix[: 1 + asks]

    async def chunks(self, ids: Sequence[str], model: str) -> list[StoredChunk]:
        """Fetch chunks by id, in the order asked for; ids that are not there are left out."""
        query = (
            select(ChunkRow.__table__, GuideVersionRow.guide_id, GuideVersionRow.title, EmbeddingRow.vectors)
            .join(GuideVersionRow, GuideVersionRow.id == ChunkRow.version_id)
            .join(EmbeddingRow, EmbeddingRow.digest == ChunkRow.digest)
            .where(ChunkRow.id.in_(ids), EmbeddingRow.model == model)
        )

        def fetch(db: Connection) -> dict[str, StoredChunk]:
            return {row.id: _stored(row) for row in db.execute(query)}

        found = await read(self._engine, fetch)
        return [found[chunk_id] for chunk_id in ids if chunk_id in found]

    async def sample(self, edition: Edition, model: str, size: int) -> AsyncIterator[StoredChunk]:
        """Yield about `size` chunks spread evenly over an edition."""
        ids = list(await self.index_sizes(edition.versions.values()))
        step = max(1, len(ids) // size)
        for batch in _batches(ids[::step]):
            for chunk in await self.chunks(batch, model):
                yield chunk

    async def unembedded(self, chunks: Iterable[Chunk], model: str) -> dict[str, Chunk]:
        """Return the chunks, by digest, that have no vectors of this model yet."""
        wanted = {embedding_digest(chunk): chunk for chunk in chunks}
        async with reading(self._engine) as db:
            known = await _known_digests(db, model, list(wanted))
        return {digest: chunk for digest, chunk in wanted.items() if digest not in known}

    async def texts_without_vectors(self, versions: Iterable[str], model: str) -> dict[str, Sequence[str]]:
        """Return, by digest, the texts of stored chunks that this model has not encoded."""
        missing: dict[str, Sequence[str]] = {}
        known = (EmbeddingRow.digest == ChunkRow.digest) & (EmbeddingRow.model == model)
        async with reading(self._engine) as db:
            for batch in _batches(sorted(versions)):
                rows = await db.execute(
                    select(ChunkRow.digest, ChunkRow.text, ChunkRow.asks, ChunkRow.units)
                    .outerjoin(EmbeddingRow, known)
                    .where(ChunkRow.version_id.in_(batch), EmbeddingRow.digest.is_(None))
                )
                for row in rows:
                    units = (unit["text"] for unit in json.loads(row.units))
                    missing[row.digest] = (row.text, *json.loads(row.asks), *units)
        return missing

    async def keep_vectors(self, model: str, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors by the digest of what they encode; those that are there already stay."""
        async with writing(self._engine) as db:
            await db.run_sync(hold, _LIBRARY)
            known = await _known_digests(db, model, list(vectors))
            rows = [
                {"model": model, "digest": digest, "vectors": matrix.astype("<f4").tobytes()}
                for digest, matrix in vectors.items()
                if digest not in known
            ]
            if rows:
                await db.execute(insert(EmbeddingRow), rows)

    async def kept_vectors(self, model: str, digests: Sequence[str]) -> dict[str, Vectors]:
        """Return by digest the vectors kept of single texts, of shape (dimensions,); others are left out."""
        kept: dict[str, Vectors] = {}
        async with reading(self._engine) as db:
            for batch in _batches(digests):
                of_batch = (EmbeddingRow.model == model, EmbeddingRow.digest.in_(batch))
                rows = await db.execute(select(EmbeddingRow.digest, EmbeddingRow.vectors).where(*of_batch))
                kept |= {row.digest: _matrix(row.vectors, 1)[0] for row in rows}
        return kept

    async def write(self, drafts: Collection[Draft]) -> None:
        """Write versions that are not there yet. Nobody sees them before `publish`."""
        async with writing(self._engine) as db:
            await db.run_sync(hold, _LIBRARY)
            ids = [item.version_id for item in drafts]
            known: set[str] = set()
            for batch in _batches(ids):
                stored = select(GuideVersionRow.id).where(GuideVersionRow.id.in_(batch))
                known |= set(await db.scalars(stored))
            for item in drafts:
                if item.version_id not in known:
                    await db.execute(insert(GuideVersionRow), version_row(item))
                    await db.execute(insert(ChunkRow), chunk_rows(item))

    async def publish(
        self,
        versions: Collection[str],
        *,
        model: str,
        actor: str,
        note: str,
        withdrawn: Collection[str] = (),
    ) -> Edition:
        """Make a set of versions the live edition, in one step."""
        async with writing(self._engine) as db:
            await db.run_sync(hold, _LIBRARY)
            # Counted here: a sequence of the database's leaves a gap where a transaction fails, and
            # the edition before is the one with the number before.
            edition_id = 1 + (await db.scalar(select(func.max(EditionRow.id))) or 0)
            await db.execute(
                insert(EditionRow).values(
                    id=edition_id,
                    model=model,
                    actor=actor,
                    note=note,
                    withdrawn=json.dumps(sorted(withdrawn)),
                    created_at=datetime.now(UTC),
                )
            )
            if versions:
                rows = [{"edition_id": edition_id, "version_id": version} for version in versions]
                await db.execute(insert(EditionGuideRow), rows)
            flipped = await db.execute(
                update(LiveRow).where(LiveRow.id == _LIVE_ROW).values(edition_id=edition_id)
            )
            if not flipped.rowcount:
                await db.execute(insert(LiveRow).values(id=_LIVE_ROW, edition_id=edition_id))
        return await self.live()


async def _edition(db: AsyncConnection, edition_id: int) -> Edition:
    row = (
        await db.execute(select(EditionRow.model, EditionRow.withdrawn).where(EditionRow.id == edition_id))
    ).one()
    versions = await db.execute(
        select(GuideVersionRow.guide_id, GuideVersionRow.id)
        .join(EditionGuideRow, EditionGuideRow.version_id == GuideVersionRow.id)
        .where(EditionGuideRow.edition_id == edition_id)
        .order_by(GuideVersionRow.guide_id)
    )
    found = dict(versions.all())
    return Edition(edition_id, row.model, found, frozenset(json.loads(row.withdrawn)))


async def _known_digests(db: AsyncConnection, model: str, digests: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for batch in _batches(digests):
        of_batch = (EmbeddingRow.model == model, EmbeddingRow.digest.in_(batch))
        known |= set(await db.scalars(select(EmbeddingRow.digest).where(*of_batch)))
    return known


def _stored(row: Any) -> StoredChunk:  # noqa: ANN401 - a row's columns are not typed
    asks = tuple(json.loads(row.asks))
    units = tuple(Unit(**unit) for unit in json.loads(row.units))
    return StoredChunk(
        id=row.id,
        guide_id=row.guide_id,
        guide=row.title,
        section=row.section,
        asks=asks,
        source=row.source,
        link=row.link,
        quote=row.quote,
        units=units,
        vectors=_matrix(row.vectors, 1 + len(asks) + len(units)),
    )


def _matrix(blob: bytes, rows: int) -> Vectors:
    return np.frombuffer(blob, dtype="<f4").reshape(rows, -1)


def _batches(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[n : n + _BATCH] for n in range(0, len(items), _BATCH))
