"""Leases: who may do something alone among all processes, until when; a row each, in SQL.

Only the database's clock counts, so that the clocks of several machines need not agree. Whoever dies
gives nothing up: their lease runs out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, DateTime, and_, delete, false, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.fleet.background import background
from bot.queues import Queues
from knowledge.database import Base, writing
from knowledge.errors import CoachError
from knowledge.outages import StorageError

_log = logging.getLogger(__name__)

LASTING = timedelta(seconds=30)
# A lease is renewed this often while it lasts, so that two renewals may fail.
_RENEWALS = 3
# Whoever waits for a lease looks this often.
_LOOK_SECONDS = 0.5
# The holder stops this part of a lease before its end: what is under way has to end, too.
_MARGIN = 0.1


class TakenError(CoachError):
    """Another process holds the lease; the text says what that means."""


class _LeaseRow(Base):
    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Leases:
    """The leases, as one process sees them."""

    def __init__(self, engine: AsyncEngine, lasting: timedelta = LASTING) -> None:
        """Use the engine; its tables must be there. What is taken lasts so long unless it is renewed."""
        self._engine = engine
        self._lasting = lasting
        self._holder = uuid4().hex
        # Within the process, too, one is alone.
        self._queues = Queues()

    async def take(self, name: str) -> bool:
        """Take a lease, or renew one's own; return whether it is one's own now."""
        return await self._take(name, self._lasting, _LeaseRow.holder == self._holder)

    async def pace(self, name: str, every: timedelta) -> None:
        """Wait until nobody has come by here for so long, in whatever process; one at a time goes on."""
        while not await self._take(name, every, false()):  # noqa: ASYNC110 - no other process tells when
            await asyncio.sleep(_LOOK_SECONDS)

    async def _take(self, name: str, lasting: timedelta, mine: ColumnElement[bool]) -> bool:
        try:
            async with writing(self._engine) as db:
                now = await database_now(db)
                until = {"holder": self._holder, "expires_at": now + lasting}
                free = or_(mine, _LeaseRow.expires_at <= now)
                taken = await db.execute(update(_LeaseRow).where(_LeaseRow.name == name, free).values(until))
                if taken.rowcount:
                    return True
                if await db.scalar(select(_LeaseRow.name).where(_LeaseRow.name == name)):
                    return False
                await db.execute(insert(_LeaseRow).values(name=name, **until))
        except IntegrityError:  # another process was first
            return False
        return True

    async def give_up(self, name: str) -> None:
        """Let others take a lease at once; one that is not one's own stays."""
        mine = and_(_LeaseRow.name == name, _LeaseRow.holder == self._holder)
        async with writing(self._engine) as db:
            await db.execute(delete(_LeaseRow).where(mine))

    @asynccontextmanager
    async def alone(
        self, *names: str, patience: timedelta, refusal: str, through_outages: bool = False
    ) -> AsyncIterator[None]:
        """Do something alone among all processes, as soon as the leases are free, and keep them meanwhile.

        What is done under a lease that could not be renewed in time is cancelled before another process
        may take it; `through_outages` only when another has taken it, as without the database nobody can.

        Raises:
            TakenError: another process did not give them up in time, or took one over; it says `refusal`.

        """
        async with self._queues.turn(names):
            deadline = asyncio.timeout(None if through_outages else self._usable.total_seconds())
            try:
                async with asyncio.timeout(patience.total_seconds()) as waiting:
                    for name in names:
                        while not await self.take(name):  # noqa: ASYNC110 - as above
                            await asyncio.sleep(_LOOK_SECONDS)
                async with deadline, background(self._renew(names, deadline)):
                    yield
            except TimeoutError:
                if waiting.expired() or deadline.expired():
                    raise TakenError(refusal) from None
                raise
            finally:
                with suppress(StorageError):  # then they run out
                    for name in names:
                        await self.give_up(name)

    @property
    def _usable(self) -> timedelta:
        return self._lasting * (1 - _MARGIN)

    async def _renew(self, names: Collection[str], deadline: asyncio.Timeout) -> None:
        """Renew leases, and put the deadline off; at once it is when one is another's."""
        loop = asyncio.get_running_loop()
        endless = deadline.when() is None
        while True:
            await asyncio.sleep(self._lasting.total_seconds() / _RENEWALS)
            asked_at = loop.time()
            try:
                mine = [await self.take(name) for name in names]
            except StorageError as error:  # the next try may find the database again
                _log.warning("leases could not be renewed: %s", error.reason)
                continue
            if deadline.expired():
                return
            if not all(mine):
                deadline.reschedule(asked_at)
            elif not endless:
                deadline.reschedule(asked_at + self._usable.total_seconds())


async def database_now(db: AsyncConnection) -> datetime:
    """Return the database's time (UTC)."""
    now = (await db.execute(select(func.current_timestamp()))).scalar_one()
    # SQLite keeps no time zone; what it says is UTC.
    return now if now.tzinfo else now.replace(tzinfo=UTC)
