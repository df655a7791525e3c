"""What people have said about themselves: facts, a row each, and how far a guided conversation has come."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, Delete, Text, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.coach.clauses import Clause
from bot.memory.erasures import write_of
from bot.memory.personal import Personal
from knowledge.database import Base, hold, read, write


class _FactRow(Base):
    __tablename__ = "facts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)
    topic: Mapped[str] = mapped_column(Text)
    polarity: Mapped[str]
    words: Mapped[str] = mapped_column(Text)
    # Said where nobody else read along: such a fact stays there.
    private: Mapped[bool]
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class _GuidedRow(Base):
    __tablename__ = "guided"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[str] = mapped_column(Text)
    pending: Mapped[str | None]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


PERSONAL = (
    Personal(_FactRow, "facts you told me about yourself", since="said_at"),
    Personal(_GuidedRow, "places where you are in my questions", since="changed_at", packed=("asked",)),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person said about themselves, and when (UTC)."""

    id: int
    clause: Clause
    private: bool
    said_at: datetime


@dataclass(frozen=True, slots=True)
class GuidedState:
    """How far a guided conversation has come: the questions asked, and the one that waits."""

    asked: tuple[str, ...] = ()
    pending: str | None = None


class Profiles:
    """Everybody's facts. Nobody sees another's."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def facts(self, user: str, *, private: bool) -> tuple[Fact, ...]:
        """List what is known of a person, oldest first; what was said in private only if `private`."""
        query = select(_FactRow.__table__).where(_FactRow.user_id == user).order_by(_FactRow.id)
        if not private:
            query = query.where(_FactRow.private.is_(False))
        rows = await read(self._engine, lambda db: db.execute(query).all())
        return tuple(
            Fact(
                row.id,
                Clause(row.words, row.topic, row.polarity),
                row.private,
                # SQLite keeps no time zone; what was written is UTC.
                row.said_at.replace(tzinfo=UTC),
            )
            for row in rows
        )

    async def learn(
        self, user: str, clauses: Sequence[Clause], *, private: bool, instead_of: Collection[int] = ()
    ) -> None:
        """Keep what a person said, in the place of facts that it takes back."""
        now = datetime.now(UTC)
        rows = [
            {
                "user_id": user,
                "topic": clause.topic,
                "polarity": clause.polarity,
                "words": clause.words,
                "private": private,
                "said_at": now,
            }
            for clause in clauses
        ]

        def replace(db: Connection) -> None:
            db.execute(_these(user, instead_of))
            if rows:
                db.execute(insert(_FactRow), rows)

        await write_of(self._engine, user, replace)

    async def remove(self, user: str, ids: Collection[int]) -> int:
        """Delete facts of a person; return how many there were."""
        return await write(self._engine, lambda db: db.execute(_these(user, ids)).rowcount)

    async def forget(self, user: str) -> int:
        """Delete all that is known of a person; return how many facts that was."""

        def forget(db: Connection) -> int:
            db.execute(delete(_GuidedRow).where(_GuidedRow.user_id == user))
            return db.execute(delete(_FactRow).where(_FactRow.user_id == user)).rowcount

        return await write(self._engine, forget)

    async def guided(self, user: str, channel: str) -> GuidedState | None:
        """Return how far this conversation's guided part has come, if it was begun."""
        query = select(_GuidedRow.asked, _GuidedRow.pending).where(
            _GuidedRow.user_id == user, _GuidedRow.channel_id == channel
        )
        row = await read(self._engine, lambda db: db.execute(query).first())
        return GuidedState(tuple(json.loads(row.asked)), row.pending) if row else None

    async def keep_guided(self, user: str, channel: str, state: GuidedState) -> None:
        """Keep how far it has come; it is on disk when this returns."""
        row = {
            "user_id": user,
            "channel_id": channel,
            "asked": json.dumps(state.asked),
            "pending": state.pending,
            "changed_at": datetime.now(UTC),
        }
        before = delete(_GuidedRow).where(_GuidedRow.user_id == user, _GuidedRow.channel_id == channel)

        def replace(db: Connection) -> None:
            hold(db, f"guided conversations of {user}")
            db.execute(before)
            db.execute(insert(_GuidedRow), [row])

        await write_of(self._engine, user, replace)


def _these(user: str, ids: Collection[int]) -> Delete:
    return delete(_FactRow).where(_FactRow.user_id == user, _FactRow.id.in_(ids))
