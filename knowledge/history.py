"""Who changed the library when, and how: read from its editions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge.database import reading
from knowledge.tables import EditionGuideRow, EditionRow, GuideVersionRow


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An edition, who made it when and why, and the titles by which it differs from the one before."""

    edition: int
    actor: str
    note: str
    created_at: datetime
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class History:
    """Reads the editions; none is ever changed or deleted."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def latest(self, count: int) -> list[HistoryEntry]:
        """Return the latest editions, newest first."""
        async with reading(self._engine) as db:
            rows = await db.execute(
                select(EditionRow)
                .order_by(EditionRow.id.desc())
                .limit(count)
                .with_only_columns(EditionRow.id, EditionRow.actor, EditionRow.note, EditionRow.created_at)
            )
            return [await _entry(db, *row) for row in rows]


async def _entry(db: AsyncConnection, edition: int, actor: str, note: str, at: datetime) -> HistoryEntry:
    new, old = await _only_in(db, edition, edition - 1), await _only_in(db, edition - 1, edition)
    return HistoryEntry(
        edition,
        actor,
        note,
        at if at.tzinfo else at.replace(tzinfo=UTC),  # SQLite gives back no time zone
        tuple(sorted(title for guide_id, title in new.items() if guide_id not in old)),
        tuple(sorted(title for guide_id, title in new.items() if guide_id in old)),
        tuple(sorted(title for guide_id, title in old.items() if guide_id not in new)),
    )


async def _only_in(db: AsyncConnection, edition: int, other: int) -> dict[str, str]:
    """Return titles, by guide, of the versions that one edition has and another has not."""
    here = select(EditionGuideRow.version_id).where(EditionGuideRow.edition_id == edition)
    there = select(EditionGuideRow.version_id).where(EditionGuideRow.edition_id == other)
    rows = await db.execute(
        select(GuideVersionRow.guide_id, GuideVersionRow.title).where(
            GuideVersionRow.id.in_(here), GuideVersionRow.id.not_in(there)
        )
    )
    return dict(rows.all())
