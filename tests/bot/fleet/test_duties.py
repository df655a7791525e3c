"""What has to be done every so often, once among all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.background import background
from bot.fleet.duties import Duties, Duty
from bot.fleet.leases import Leases

DAILY = timedelta(days=1)


@pytest.fixture
def fleet(engine: AsyncEngine) -> list[Duties]:
    """Five processes, as the database sees them."""
    return [Duties(engine, Leases(engine)) for _ in range(5)]


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        await asyncio.sleep(0)
        self.times += 1


async def make_due(engine: AsyncEngine) -> None:
    async with engine.begin() as db:
        await db.execute(text("UPDATE duties SET done_at = '2020-01-01 00:00:00'"))


async def all_see_to(fleet: list[Duties], work: Callable[[], Awaitable[None]], *, at_once: bool) -> None:
    await asyncio.gather(*(each.see_to(Duty("expiry", DAILY, work, at_once)) for each in fleet))


async def test_what_is_due_is_done_once(engine: AsyncEngine, fleet: list[Duties]) -> None:
    work = Work()
    await all_see_to(fleet, work, at_once=True)
    assert work.times == 1
    await all_see_to(fleet, work, at_once=True)
    assert work.times == 1

    await make_due(engine)
    await all_see_to(fleet, work, at_once=True)
    assert work.times == 2


async def test_what_need_not_be_done_at_once_waits_from_the_first_start_on(
    engine: AsyncEngine, fleet: list[Duties]
) -> None:
    work = Work()
    await all_see_to(fleet, work, at_once=False)
    assert work.times == 0

    await make_due(engine)
    await all_see_to(fleet, work, at_once=False)
    assert work.times == 1


async def test_what_failed_stays_due(fleet: list[Duties]) -> None:
    async def fail() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        await fleet[0].see_to(Duty("expiry", DAILY, fail, at_once=True))
    work = Work()
    await all_see_to(fleet, work, at_once=True)
    assert work.times == 1


async def test_it_is_looked_after_as_long_as_the_process_lives(fleet: list[Duties]) -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    async with background(fleet[0].regularly(Duty("expiry", timedelta(seconds=0.1), work, at_once=True))):
        await asyncio.wait_for(done.wait(), 10)
