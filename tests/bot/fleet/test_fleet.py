"""Who may change the library, and for how long."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.duties import Duties
from bot.fleet.fleet import Fleet
from bot.fleet.leases import Leases, TakenError


def fleet(engine: AsyncEngine, *, shared: bool) -> Fleet:
    leases = Leases(engine, timedelta(seconds=0.5))
    return Fleet(leases, Duties(engine, leases), shared)


async def starve(one: Fleet) -> None:
    """Change the library on a machine too busy to renew the lease in time."""
    async with one.curating():
        time.sleep(1)  # noqa: ASYNC251 - nothing else runs
        assert await one.leases.take("another")


async def test_a_file_is_one_processs_own_and_being_late_loses_nothing(engine: AsyncEngine) -> None:
    assert not Fleet.of(engine).shared
    await starve(fleet(engine, shared=False))


async def test_of_several_processes_the_late_one_stops(engine: AsyncEngine) -> None:
    with pytest.raises(TakenError):
        await starve(fleet(engine, shared=True))
