"""Deletions that nothing under way undoes, in whatever process it is under way.

Whoever deletes all of a person leaves a mark. A turn that began before it finds the mark when it writes,
and writes nothing. A mark is no name but a digest of one, and goes when no turn can be so old any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import BigInteger, Connection, DateTime, delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, read, write
from knowledge.errors import CoachError
from knowledge.threads import Work

T = TypeVar("T")
# Far longer than any turn takes.
MARKED_FOR = timedelta(hours=1)
_DELETED_MEANWHILE = (
    "Everything I kept of you was deleted while I was busy with this message, so I have forgotten it, too. "
    "If you still want an answer, please ask again."
)


class ErasedError(CoachError):
    """A person has been deleted since they said what is being answered; nothing of it may be kept."""

    def __init__(self) -> None:
        """Say so to the person."""
        super().__init__(_DELETED_MEANWHILE)


class _ErasureRow(Base):
    __tablename__ = "erasures"
    person: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str]
    erased_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


# Whose turn it is, and the mark that was there when it began.
_turn: ContextVar[tuple[str, str | None] | None] = ContextVar("turn", default=None)


@asynccontextmanager
async def turn_of(engine: AsyncEngine, user: str, look: Work[T]) -> AsyncIterator[T]:
    """Answer a person, beginning with a look at what is kept; yields what was seen.

    What `write_of` writes of them in here is not kept if they are deleted meanwhile.
    """
    mark, seen = await read(engine, lambda db: (_mark(db, user), look(db)))
    token = _turn.set((user, mark))
    try:
        yield seen
    finally:
        _turn.reset(token)


async def write_of(engine: AsyncEngine, user: str, work: Work[T]) -> T:
    """Do work that writes of a person, as `write` does it.

    Raises:
        ErasedError: they have been deleted since their turn began.

    """
    begun = _turn.get()

    def unless_erased(db: Connection) -> T:
        lock_person(db, user)
        if begun and begun[0] == user and _mark(db, user) not in {None, begun[1]}:
            raise ErasedError
        return work(db)

    return await write(engine, unless_erased)


def lock_person(db: Connection, user: str, *, alone: bool = False) -> None:
    """Hold a person until the transaction ends, beside others or alone.

    SQLite lets one transaction write at a time as it is.
    """
    if db.dialect.name == "postgresql":
        number = int.from_bytes(sha256(user.encode()).digest()[:8], signed=True)
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        db.execute(select(lock(literal(number, BigInteger))))


def mark_erased(db: Connection, user: str) -> None:
    """Forbid what is under way to write of a person, whom this transaction holds alone from here on."""
    lock_person(db, user, alone=True)
    db.execute(delete(_ErasureRow).where(_ErasureRow.person == _digest(user)))
    row = {"person": _digest(user), "mark": uuid4().hex, "erased_at": datetime.now(UTC)}
    db.execute(insert(_ErasureRow), [row])


async def drop_marks(engine: AsyncEngine) -> None:
    """Drop the marks that no turn can be older than."""
    old = _ErasureRow.erased_at < datetime.now(UTC) - MARKED_FOR
    await write(engine, lambda db: db.execute(delete(_ErasureRow).where(old)))


def _mark(db: Connection, user: str) -> str | None:
    return db.scalar(select(_ErasureRow.mark).where(_ErasureRow.person == _digest(user)))


def _digest(user: str) -> str:
    return sha256(user.encode()).hexdigest()
