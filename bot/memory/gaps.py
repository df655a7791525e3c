"""Questions that no guide answers, so that somebody can write the guide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, Text, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.memory.erasures import write_of
from bot.memory.personal import Personal
from bot.telemetry import metrics
from knowledge.database import Base, hold, read, write


class _GapRow(Base):
    __tablename__ = "gaps"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Whose question it was, so that it can be deleted with the rest; shown to nobody.
    user_id: Mapped[str] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # Whether they asked the moderators to see to it, and when they were told the answer.
    wanted: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


PERSONAL = (Personal(_GapRow, "questions that the guides don't cover", since="created_at"),)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question whose asker waits to be told the answer. Never shown to a moderator."""

    gap_id: int
    user: str
    question: str


class Gaps:
    """The questions that were refused."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def add(self, user: str, question: str) -> None:
        """Record a question that was refused."""
        row = {"user_id": user, "question": question, "created_at": datetime.now(UTC), "wanted": False}
        await write_of(self._engine, user, lambda db: db.execute(insert(_GapRow), [row]))
        metrics.GAPS.inc()

    async def questions(self) -> list[str]:
        """List what was refused, oldest first, without saying who asked."""
        return list((await self.recorded()).values())

    async def recorded(self) -> dict[int, str]:
        """Return what was refused by number, oldest first, without saying who asked."""
        query = select(_GapRow.id, _GapRow.question).order_by(_GapRow.id)
        return {row.id: row.question for row in await read(self._engine, lambda db: db.execute(query).all())}

    async def question(self, gap_id: int) -> str:
        """Return a refused question by its number; nothing where it has been deleted."""
        query = select(_GapRow.question).where(_GapRow.id == gap_id)
        return await read(self._engine, lambda db: db.scalar(query)) or ""

    async def want(self, user: str, question: str) -> None:
        """Remember that somebody would like the moderators to see to a question, and to hear of it."""
        mine = (_GapRow.user_id == user, _GapRow.question == question, _GapRow.told_at.is_(None))
        latest = select(func.max(_GapRow.id)).where(*mine).scalar_subquery()
        row = {"user_id": user, "question": question, "created_at": datetime.now(UTC), "wanted": True}

        def mark(db: Connection) -> None:
            hold(db, f"gaps of {user}")
            marked = db.execute(update(_GapRow).where(_GapRow.id == latest).values(wanted=True))
            if not marked.rowcount:
                db.execute(insert(_GapRow), [row])

        await write(self._engine, mark)

    async def waiting(self) -> list[Waiting]:
        """List the questions whose askers wait, oldest first."""
        query = (
            select(_GapRow.id, _GapRow.user_id, _GapRow.question)
            .where(_GapRow.wanted, _GapRow.told_at.is_(None))
            .order_by(_GapRow.id)
        )
        return [Waiting(*row) for row in await read(self._engine, lambda db: db.execute(query).all())]

    async def claim(self, gap_ids: Collection[int]) -> set[int]:
        """Mark gaps as told; return those that nobody had claimed before, to be told once."""
        # In one statement, so that of two who claim one at once the second gets nothing.
        query = (
            update(_GapRow)
            .where(_GapRow.id.in_(gap_ids), _GapRow.told_at.is_(None))
            .values(told_at=datetime.now(UTC))
            .returning(_GapRow.id)
        )
        return await write(self._engine, lambda db: set(db.scalars(query)))
