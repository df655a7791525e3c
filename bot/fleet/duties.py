"""Duties: what has to be done every so often, once among all processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import DateTime, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.fleet.leases import Leases, TakenError, database_now
from knowledge.database import Base, writing

_log = logging.getLogger(__name__)
# Every process looks this often whether something is due; one does it then.
_LOOK = timedelta(minutes=1)
_NO_PATIENCE = timedelta(seconds=1)


class _DutyRow(Base):
    __tablename__ = "duties"
    name: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Duties:
    """When what was last done; kept in SQL, so that a restart neither forgets nor repeats it."""

    def __init__(self, engine: AsyncEngine, leases: Leases) -> None:
        """Use the engine, whose tables must be there; whoever does something has its lease."""
        self._engine = engine
        self._leases = leases

    async def regularly(
        self, name: str, every: timedelta, work: Callable[[], Awaitable[None]], *, at_once: bool
    ) -> None:
        """Do some work every so often until cancelled; `at_once` also when it was never done before.

        Whoever dies over it leaves it undone: another process does it as soon as the lease has run out.
        """
        while True:
            try:
                await self.see_to(name, every, work, at_once=at_once)
            except (SQLAlchemyError, OSError) as error:  # it stays due
                _log.warning("“%s” has to wait: %s", name, type(error).__name__)
            await asyncio.sleep(min(_LOOK, every).total_seconds())

    async def see_to(
        self, name: str, every: timedelta, work: Callable[[], Awaitable[None]], *, at_once: bool
    ) -> None:
        """Do some work if it is due and no other process is at it."""
        if not await self._is_due(name, every, at_once=at_once):
            return
        try:
            async with self._leases.alone(name, patience=_NO_PATIENCE, refusal=f"“{name}” is being done"):
                # Another process may just have finished.
                if await self._is_due(name, every, at_once=at_once):
                    await work()
                    await self._note(name)
        except TakenError:
            return

    async def _is_due(self, name: str, every: timedelta, *, at_once: bool) -> bool:
        """Whether it is time; for what was never done, time begins to count now."""
        async with self._engine.connect() as db:
            now = await database_now(db)
            done_at = await db.scalar(select(_DutyRow.done_at).where(_DutyRow.name == name))
        if done_at is None:
            if not at_once:
                await self._note(name)
            return at_once
        return now - _utc(done_at) >= every

    async def _note(self, name: str) -> None:
        try:
            async with writing(self._engine) as db:
                now = {"done_at": await database_now(db)}
                noted = await db.execute(update(_DutyRow).where(_DutyRow.name == name).values(now))
                if not noted.rowcount:
                    await db.execute(insert(_DutyRow).values(name=name, **now))
        except IntegrityError:  # another process has noted it
            return


def _utc(moment: datetime) -> datetime:
    """SQLite forgets the time zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
