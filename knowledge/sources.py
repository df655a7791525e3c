"""Where the guides that moderators added come from, and how their last reading went.

Which of them people see stands in the library; a source that is not live is kept, so
that an undo finds it again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import DateTime, Text, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, hold, reading, writing
from knowledge.loaders.document import NOTHING_SAID, Provenance

SourceKind = Literal["url", "file", "text"]
_BATCH = 500


class _SourceRow(Base):
    __tablename__ = "sources"
    guide_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    origin: Mapped[str] = mapped_column(Text)
    version_id: Mapped[str]
    content_hash: Mapped[str]
    etag: Mapped[str] = mapped_column(Text)
    last_modified: Mapped[str] = mapped_column(Text)
    provenance: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class AddedSource:
    """An added source: the guide it became, and what its last good reading gave.

    `origin` is its URL, or the name it was added under. `version_id`, `content_hash`,
    `etag` and `last_modified` belong to the last good reading, `read_at`; `error` says
    what has gone wrong since. `provenance` is what the moderator said about it.
    """

    guide_id: str
    kind: SourceKind
    origin: str
    version_id: str
    content_hash: str
    added_by: str
    added_at: datetime
    read_at: datetime
    etag: str = ""
    last_modified: str = ""
    provenance: Provenance = NOTHING_SAID
    error: str = ""

    def failed(self, problem: str) -> AddedSource:
        """Return it after a reading that went wrong; the last good one stands."""
        return replace(self, error=problem)


class Sources:
    """The register of added sources."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def all(self) -> dict[str, AddedSource]:
        """Return every source ever added, by its guide's id."""
        async with reading(self._engine) as db:
            rows = await db.execute(select(_SourceRow.__table__).order_by(_SourceRow.guide_id))
            return {row["guide_id"]: _source(row) for row in rows.mappings()}

    async def keep(self, sources: Collection[AddedSource]) -> None:
        """Write sources, in the place of what was known of them."""
        ids = [source.guide_id for source in sources]
        async with writing(self._engine) as db:
            await db.run_sync(hold, "sources")
            for start in range(0, len(ids), _BATCH):
                await db.execute(
                    delete(_SourceRow).where(_SourceRow.guide_id.in_(ids[start : start + _BATCH]))
                )
            if sources:
                await db.execute(insert(_SourceRow), [_fields(source) for source in sources])


def _fields(source: AddedSource) -> dict[str, object]:
    return {**asdict(source), "provenance": json.dumps(asdict(source.provenance), ensure_ascii=False)}


def _source(row: Mapping[Any, Any]) -> AddedSource:
    fields = dict(row)
    fields["provenance"] = Provenance(**json.loads(fields["provenance"]))
    for name in ("added_at", "read_at"):
        if fields[name].tzinfo is None:  # SQLite gives back no time zone
            fields[name] = fields[name].replace(tzinfo=UTC)
    return AddedSource(**fields)
