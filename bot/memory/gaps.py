"""Questions that no guide answers, so that somebody can write the guide."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Text, false, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, writing


class _GapRow(Base):
    __tablename__ = "gaps"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Whose question it was, so that it can be deleted with the rest; shown to nobody.
    user_id: Mapped[str] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    # Whether the person asked the moderators to see to it.
    requested: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Gaps:
    """The questions that were refused."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def add(self, user: str, question: str) -> None:
        """Record a question that was refused."""
        row = {"user_id": user, "question": question, "created_at": datetime.now(UTC)}
        async with writing(self._engine) as db:
            await db.execute(insert(_GapRow), [row])

    async def request(self, user: str, question: str) -> None:
        """Note that a person would like the moderators to see to a question that was refused."""
        found = select(func.max(_GapRow.id)).where(_GapRow.user_id == user, _GapRow.question == question)
        row = {"user_id": user, "question": question, "created_at": datetime.now(UTC), "requested": True}
        async with writing(self._engine) as db:
            marking = update(_GapRow).where(_GapRow.id == found.scalar_subquery()).values(requested=True)
            if not (await db.execute(marking)).rowcount:
                await db.execute(insert(_GapRow), [row])

    async def questions(self) -> list[str]:
        """List what was refused, oldest first, without saying who asked."""
        async with self._engine.connect() as db:
            return list(await db.scalars(select(_GapRow.question).order_by(_GapRow.id)))
