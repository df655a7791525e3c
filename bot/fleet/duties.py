"""Duties: what has to be done every so often, once among all processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import DateTime, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.fleet.leases import Leases, TakenError, database_now
from knowledge.database import Base, reading, writing
from knowledge.outages import StorageError

_log = logging.getLogger(__name__)
# Every process looks this often whether something is due; one does it then.
_LOOK = timedelta(minutes=1)
_NO_PATIENCE = timedelta(seconds=1)


class _DutyRow(Base):
    __tablename__ = "duties"
    name: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Duty:
    """Work to be done every so often; `at_once` also when it was never done before."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[None]]
    at_once: bool = False


class Duties:
    """When what was last done; kept in SQL, so that a restart neither forgets nor repeats it."""

    def __init__(self, engine: AsyncEngine, leases: Leases) -> None:
        """Use the engine, whose tables must be there; whoever does something has its lease."""
        self._engine = engine
        self._leases = leases

    async def regularly(self, duty: Duty) -> None:
        """See to a duty whenever it is due, until cancelled."""
        while True:
            await asyncio.sleep(min(_LOOK, duty.every).total_seconds())
            await self.see_to(duty)

    async def see_to(self, duty: Duty) -> None:
        """Do some work if it is due and no other process is at it.

        Who dies over it, or fails, leaves it undone: another process does it once the lease has run out.
        """
        try:
            if not await self._is_due(duty):
                return
            refusal = f"another process is at “{duty.name}”"
            async with self._leases.alone(duty.name, patience=_NO_PATIENCE, refusal=refusal):
                # Another process may just have finished.
                if await self._is_due(duty):
                    await duty.work()
                    await self._note(duty.name)
        except TakenError as taken:
            _log.info("%s", taken)
        except StorageError as error:
            _log.warning("“%s” has to wait: %s", duty.name, error.reason)

    async def _is_due(self, duty: Duty) -> bool:
        """Whether it is time; for what need not be done at once, time begins to count at the first look."""
        async with reading(self._engine) as db:
            now = await database_now(db)
            done_at = await db.scalar(select(_DutyRow.done_at).where(_DutyRow.name == duty.name))
        if done_at is not None:
            return now - _utc(done_at) >= duty.every
        if not duty.at_once:
            await self._note(duty.name)
        return duty.at_once

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
