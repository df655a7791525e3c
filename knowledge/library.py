"""The library: which guides there are, in which version, and what is live. The truth, in SQL.

A guide's chunks are written under a version that nobody sees yet; one row, `live`, then
points to a new edition (a set of versions), so that people see the library before or
after a change and never a mix. Vectors are kept beside the text, by what they encode,
so that an index can be rebuilt, and an earlier edition taken up again, without encoding.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.chunking import Chunk, chunk_guide
from knowledge.database import Base
from knowledge.guide import Guide
from knowledge.units import Unit

Vectors = npt.NDArray[np.float32]

# Part of every version's id: raise it when guides must be cut into chunks anew.
CHUNKING_VERSION = 1
# Bound parameters in one statement; SQLite's own limit is 32,766.
_BATCH = 500
_LIVE_ROW = 1


class _GuideVersion(Base):
    __tablename__ = "guide_versions"
    id: Mapped[str] = mapped_column(primary_key=True)
    guide_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(Text)
    updated: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class _ChunkRow(Base):
    __tablename__ = "chunks"
    id: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("guide_versions.id"), index=True)
    ordinal: Mapped[int]
    section: Mapped[str]
    asks: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    units: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(index=True)


class _EmbeddingRow(Base):
    __tablename__ = "embeddings"
    model: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)


class _Edition(Base):
    __tablename__ = "editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str]
    actor: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class _EditionGuide(Base):
    __tablename__ = "edition_guides"
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("guide_versions.id"), primary_key=True)


class _Live(Base):
    __tablename__ = "live"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk as the library keeps it.

    `vectors` has shape (1 + asks + units, dimensions), unit length: the whole chunk first,
    then each of its questions, then each unit. `quote` is verbatim from the guide.
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

    `versions` maps a guide's id to its version's id. The empty library is edition 0.
    """

    id: int
    model: str
    versions: Mapping[str, str]


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


def texts_to_embed(chunk: Chunk) -> tuple[str, ...]:
    """List what a chunk's vectors encode: the whole, then its questions, then its units."""
    return (chunk.text, *chunk.section.asks, *(unit.text for unit in chunk.units))


def embedding_digest(chunk: Chunk) -> str:
    """Name a chunk's vectors by what they encode."""
    return _digest("\0".join(texts_to_embed(chunk)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Library:
    """Reads and writes the library's tables. One writer at a time is the caller's duty."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there (see `bot/migrations`)."""
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)

    async def live(self) -> Edition:
        """Return the edition people see now."""
        async with self._reading.connect() as db:
            row = (
                await db.execute(
                    select(_Edition.id, _Edition.model).join(_Live, _Live.edition_id == _Edition.id)
                )
            ).first()
            if row is None:
                return Edition(0, "", {})
            versions = await db.execute(
                select(_GuideVersion.guide_id, _GuideVersion.id)
                .join(_EditionGuide, _EditionGuide.version_id == _GuideVersion.id)
                .where(_EditionGuide.edition_id == row.id)
                .order_by(_GuideVersion.guide_id)
            )
            return Edition(row.id, row.model, {row.guide_id: row.id for row in versions})

    async def guides(self) -> list[GuideSummary]:
        """List the live guides by title."""
        live = await self.live()
        counts: dict[str, int] = {}
        async for chunk_id, _ in self.texts(live):
            version = chunk_id.rpartition(".")[0]
            counts[version] = counts.get(version, 0) + 1
        async with self._reading.connect() as db:
            rows = await db.execute(
                select(_GuideVersion)
                .where(_GuideVersion.id.in_(live.versions.values()))
                .order_by(_GuideVersion.title)
                .with_only_columns(
                    _GuideVersion.id,
                    _GuideVersion.guide_id,
                    _GuideVersion.title,
                    _GuideVersion.summary,
                    _GuideVersion.updated,
                )
            )
            return [
                GuideSummary(row.guide_id, row.title, row.summary, row.updated, counts.get(row.id, 0))
                for row in rows
            ]

    async def texts(self, edition: Edition) -> AsyncIterator[tuple[str, str]]:
        """Yield (chunk id, searchable text with its questions) of every chunk of an edition."""
        async with self._reading.connect() as db:
            for versions in _batches(sorted(edition.versions.values())):
                rows = await db.execute(
                    select(_ChunkRow.id, _ChunkRow.text, _ChunkRow.asks)
                    .where(_ChunkRow.version_id.in_(versions))
                    .order_by(_ChunkRow.version_id, _ChunkRow.ordinal)
                )
                for row in rows:
                    yield row.id, " ".join((row.text, *json.loads(row.asks)))

    async def index_rows(self, edition: Edition, model: str) -> AsyncIterator[tuple[str, Vectors]]:
        """Yield (chunk id, vectors to find it by: its own, then its questions')."""
        for versions in _batches(sorted(edition.versions.values())):
            async with self._reading.connect() as db:
                rows = await db.execute(
                    select(_ChunkRow.id, _ChunkRow.asks, _EmbeddingRow.vectors, _ChunkRow.units)
                    .join(_EmbeddingRow, _EmbeddingRow.digest == _ChunkRow.digest)
                    .where(_ChunkRow.version_id.in_(versions), _EmbeddingRow.model == model)
                    .order_by(_ChunkRow.version_id, _ChunkRow.ordinal)
                )
                for row in rows:
                    asks = len(json.loads(row.asks))
                    matrix = _matrix(row.vectors, 1 + asks + len(json.loads(row.units)))
                    yield row.id, matrix[: 1 + asks]

    async def chunks(self, ids: Sequence[str], model: str) -> list[StoredChunk]:
        """Fetch chunks by id, in the order asked for; ids that are not there are left out."""
        query = (
            select(
                _ChunkRow.id,
                _ChunkRow.section,
                _ChunkRow.asks,
                _ChunkRow.source,
                _ChunkRow.quote,
                _ChunkRow.units,
                _GuideVersion.guide_id,
                _GuideVersion.title,
                _EmbeddingRow.vectors,
            )
            .join(_GuideVersion, _GuideVersion.id == _ChunkRow.version_id)
            .join(_EmbeddingRow, _EmbeddingRow.digest == _ChunkRow.digest)
            .where(_ChunkRow.id.in_(ids), _EmbeddingRow.model == model)
        )
        async with self._reading.connect() as db:
            found = {row.id: _stored(row) for row in await db.execute(query)}
        return [found[chunk_id] for chunk_id in ids if chunk_id in found]

    async def sample(self, edition: Edition, model: str, size: int) -> AsyncIterator[StoredChunk]:
        """Yield about `size` chunks spread evenly over an edition."""
        ids = [chunk_id async for chunk_id, _ in self.texts(edition)]
        step = max(1, len(ids) // size)
        for batch in _batches(ids[::step]):
            for chunk in await self.chunks(batch, model):
                yield chunk

    async def unembedded(self, chunks: Iterable[Chunk], model: str) -> dict[str, Chunk]:
        """Return the chunks, by digest, that have no vectors of this model yet."""
        wanted = {embedding_digest(chunk): chunk for chunk in chunks}
        async with self._reading.connect() as db:
            for digests in _batches(list(wanted)):
                known = await db.scalars(
                    select(_EmbeddingRow.digest).where(
                        _EmbeddingRow.model == model, _EmbeddingRow.digest.in_(digests)
                    )
                )
                for digest in known:
                    del wanted[digest]
        return wanted

    async def keep_vectors(self, model: str, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors by the digest of what they encode; those that are there already stay."""
        async with self._engine.begin() as db:
            known: set[str] = set()
            for digests in _batches(list(vectors)):
                known |= set(
                    await db.scalars(
                        select(_EmbeddingRow.digest).where(
                            _EmbeddingRow.model == model, _EmbeddingRow.digest.in_(digests)
                        )
                    )
                )
            rows = [
                {"model": model, "digest": digest, "vectors": matrix.astype("<f4").tobytes()}
                for digest, matrix in vectors.items()
                if digest not in known
            ]
            if rows:
                await db.execute(insert(_EmbeddingRow), rows)

    async def kept_vectors(self, model: str, digest: str, rows: int) -> Vectors | None:
        """Return the vectors kept under a digest, of shape (rows, dimensions), if any."""
        async with self._reading.connect() as db:
            blob = await db.scalar(
                select(_EmbeddingRow.vectors).where(
                    _EmbeddingRow.model == model, _EmbeddingRow.digest == digest
                )
            )
        return None if blob is None else _matrix(blob, rows)

    async def write(self, drafts: Collection[Draft]) -> None:
        """Write versions that are not there yet. Nobody sees them before `publish`."""
        async with self._engine.begin() as db:
            ids = [item.version_id for item in drafts]
            known: set[str] = set()
            for batch in _batches(ids):
                known |= set(await db.scalars(select(_GuideVersion.id).where(_GuideVersion.id.in_(batch))))
            for item in drafts:
                if item.version_id not in known:
                    await db.execute(insert(_GuideVersion), _version_row(item))
                    await db.execute(insert(_ChunkRow), _chunk_rows(item))

    async def publish(self, versions: Collection[str], *, model: str, actor: str, note: str) -> Edition:
        """Make a set of versions the live edition, in one step."""
        async with self._engine.begin() as db:
            result = await db.execute(
                insert(_Edition)
                .values(model=model, actor=actor, note=note, created_at=datetime.now(UTC))
                .returning(_Edition.id)
            )
            edition_id = result.scalar_one()
            if versions:
                rows = [{"edition_id": edition_id, "version_id": version} for version in versions]
                await db.execute(insert(_EditionGuide), rows)
            flipped = await db.execute(
                update(_Live).where(_Live.id == _LIVE_ROW).values(edition_id=edition_id)
            )
            if not flipped.rowcount:
                await db.execute(insert(_Live).values(id=_LIVE_ROW, edition_id=edition_id))
        return await self.live()


def _version_row(item: Draft) -> dict[str, Any]:
    guide = item.guide
    return {
        "id": item.version_id,
        "guide_id": guide.id,
        "title": guide.title,
        "summary": guide.summary,
        "updated": guide.updated.isoformat(),
        "created_at": datetime.now(UTC),
    }


def _chunk_rows(item: Draft) -> list[dict[str, Any]]:
    return [
        {
            "id": item.chunk_id(chunk),
            "version_id": item.version_id,
            "ordinal": chunk.ordinal,
            "section": chunk.section.heading,
            "asks": json.dumps(chunk.section.asks, ensure_ascii=False),
            "source": "; ".join(str(source) for source in chunk.section.sources),
            "text": chunk.text,
            "quote": chunk.quote,
            "units": json.dumps([asdict(unit) for unit in chunk.units], ensure_ascii=False),
            "digest": embedding_digest(chunk),
        }
        for chunk in item.chunks
    ]


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
        quote=row.quote,
        units=units,
        vectors=_matrix(row.vectors, 1 + len(asks) + len(units)),
    )


def _matrix(blob: bytes, rows: int) -> Vectors:
    return np.frombuffer(blob, dtype="<f4").reshape(rows, -1)


def _batches(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[n : n + _BATCH] for n in range(0, len(items), _BATCH))
