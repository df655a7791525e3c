"""Everything that is kept of a person, in whatever table: shown, deleted, and let go when it is old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.background import background
from bot.fleet.duties import Duties, Duty
from bot.memory import conversations, deliveries, feedback, gaps, profiles, usage
from bot.memory.erasures import MARKED_FOR, drop_marks, mark_erased
from bot.memory.typed import erase_typed, typed_lines
from knowledge.database import read, scrub, write

_log = logging.getLogger(__name__)
_DAILY = timedelta(days=1)
# A clock that was set by more than this may be wrong, and by it everything old.
_STEADY_SECONDS = 60 * 60

# Every table with a user in it; a test holds this against the tables there are.
PERSONAL = (
    *conversations.PERSONAL,
    *profiles.PERSONAL,
    *gaps.PERSONAL,
    *feedback.PERSONAL,
    *deliveries.PERSONAL,
    *usage.PERSONAL,
)
_TYPED = "lines you typed in the terminal"


class People:
    """Knows every place where something of a person is kept."""

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        """Use the engine, whose tables must be there, and the data folder."""
        self._engine = engine
        self._folder = folder
        # As it was when what is old was last deleted.
        self._apart = _apart()

    async def export(self, user: str) -> dict[str, Any]:
        """Return all that is kept of a person, by table, oldest first, as JSON can hold it."""

        def rows(db: Connection) -> dict[str, Any]:
            return {each.key: [each.fields(row) for row in db.execute(each.of(user))] for each in PERSONAL}

        kept = {"user": user} | await read(self._engine, rows)
        kept["typed"] = await asyncio.to_thread(typed_lines, self._folder, user)
        return kept

    async def count(self, user: str) -> dict[str, int]:
        """Count what is kept of a person, by what people call it; what there is none of is left out."""
        kept = await self.export(user)
        names = {each.name: len(kept[each.key]) for each in PERSONAL} | {_TYPED: len(kept["typed"])}
        return _some(names)

    async def erase(self, user: str) -> dict[str, int]:
        """Delete all of a person, so that no file holds it any more; return what it was, as `count`.

        What other processes are about to write of them is not written any more.
        """

        def erase(db: Connection) -> dict[str, int]:
            mark_erased(db, user)
            return {each.name: db.execute(each.erase(user)).rowcount for each in PERSONAL}

        gone = await write(self._engine, erase)
        if any(gone.values()):
            await scrub(self._engine)
        gone[_TYPED] = await asyncio.to_thread(erase_typed, self._folder, user)
        return _some(gone)

    async def expire(self, days: int) -> None:
        """Delete what is older than this many days, of everybody; nothing, if the clock has been set."""
        last, self._apart = self._apart, _apart()
        if abs(self._apart - last) > _STEADY_SECONDS:
            _log.warning("The clock has jumped. Nothing old is deleted before it has been steady for a day.")
            return
        before = datetime.now(UTC) - timedelta(days=days)

        def expire(db: Connection) -> int:
            return sum(db.execute(each.expire(before)).rowcount for each in PERSONAL)

        if await write(self._engine, expire):
            await scrub(self._engine)

    @asynccontextmanager
    async def expiring(self, days: int, duties: Duties) -> AsyncIterator[None]:
        """Let go of what is older than this, at once and daily as long as this is open; 0 keeps all."""
        # Another setting is another duty, so that it is seen to at once.
        expiry = Duty(f"letting go after {days} days", _DAILY, lambda: self.expire(days), at_once=True)
        marks = Duty(
            "dropping marks of deletions", MARKED_FOR, lambda: drop_marks(self._engine), at_once=True
        )
        due = [expiry, marks] if days else [marks]
        async with AsyncExitStack() as stack:
            for duty in due:
                await duties.see_to(duty)
                await stack.enter_async_context(background(duties.regularly(duty)))
            yield


def _apart() -> float:
    """Return the seconds between the clock that can be set and the one that cannot."""
    return datetime.now(UTC).timestamp() - time.monotonic()


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
