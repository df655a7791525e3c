"""What processes that share a library ask of it beside its guides."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge.database import hold, read, reading, writing
from knowledge.tables import EditionGuideRow, EditionRow, LiveRow, NameRow

_NAME_ROW = 1


class SharedLibrary:
    """A library as one of several processes sees it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there (see `bot/migrations`)."""
        self._engine = engine

    async def live_id(self) -> int:
        """Return the number of the edition people see now, which is quickly asked for."""
        return await read(self._engine, lambda db: db.scalar(select(LiveRow.edition_id))) or 0

    async def versions_live_since(self, moment: datetime) -> set[str]:
        """Name the versions that people saw at this time (UTC) or have seen since."""
        before = select(func.max(EditionRow.id)).where(EditionRow.created_at <= moment).scalar_subquery()
        seen = EditionGuideRow.edition_id >= func.coalesce(before, 0)
        async with reading(self._engine) as db:
            return set(await db.scalars(select(EditionGuideRow.version_id).where(seen)))

    async def name(self) -> str:
        """Return what tells this library from others, for example on a server that several use."""
        async with writing(self._engine) as db:
            await db.run_sync(hold, "the library's name")
            known = await db.scalar(select(NameRow.name))
            if known is None:
                known = uuid4().hex
                await db.execute(insert(NameRow).values(id=_NAME_ROW, name=known))
        return known
