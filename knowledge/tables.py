"""The library's tables in SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class GuideVersionRow(Base):
    """A version of a guide, live or not."""

    __tablename__ = "guide_versions"
    id: Mapped[str] = mapped_column(primary_key=True)
    guide_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(Text)
    updated: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ChunkRow(Base):
    """A chunk of a version."""

    __tablename__ = "chunks"
    id: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("guide_versions.id"), index=True)
    ordinal: Mapped[int]
    section: Mapped[str]
    asks: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    units: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(index=True)


class EmbeddingRow(Base):
    """Vectors, by model and by the digest of what they encode."""

    __tablename__ = "embeddings"
    model: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)


class EditionRow(Base):
    """A state of the library, and who made it."""

    __tablename__ = "editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str]
    actor: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    # Shipped guides that a moderator took out, as JSON: a refresh must not bring them back.
    withdrawn: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EditionGuideRow(Base):
    """A version that belongs to an edition."""

    __tablename__ = "edition_guides"
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("guide_versions.id"), primary_key=True)


class LiveRow(Base):
    """The one row that says which edition people see."""

    __tablename__ = "live"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))


class NameRow(Base):
    """The one row that names this library among others."""

    __tablename__ = "library_name"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
