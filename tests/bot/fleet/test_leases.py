"""Who may do something alone among all processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fleet.leases import Leases, TakenError
from knowledge.outages import StorageError

SOON = timedelta(seconds=3)
AT_ONCE = timedelta(0)


@pytest.fixture
def one(engine: AsyncEngine) -> Leases:
    return Leases(engine)


@pytest.fixture
def other(engine: AsyncEngine) -> Leases:
    """Another process, as the database sees it."""
    return Leases(engine)


async def let_run_out(engine: AsyncEngine) -> None:
    async with engine.begin() as db:
        await db.execute(text("UPDATE leases SET expires_at = '2020-01-01 00:00:00'"))


async def test_one_holds_a_lease_until_it_is_given_up(one: Leases, other: Leases) -> None:
    assert await one.take("index")
    assert await one.take("index")
    assert not await other.take("index")
    assert await other.take("something else")

    await other.give_up("index")
    assert not await other.take("index")
    await one.give_up("index")
    assert await other.take("index")


async def test_of_many_who_ask_at_once_one_gets_it(engine: AsyncEngine) -> None:
    everybody = [Leases(engine) for _ in range(20)]

    taken = await asyncio.gather(*(each.take("index") for each in everybody))

    assert taken.count(True) == 1


async def test_a_dead_holders_lease_runs_out(engine: AsyncEngine, one: Leases, other: Leases) -> None:
    await one.take("index")
    await let_run_out(engine)

    assert await other.take("index")
    assert not await one.take("index")


async def test_what_is_done_alone_is_done_one_after_the_other(one: Leases, other: Leases) -> None:
    inside = 0

    async def work(leases: Leases) -> None:
        nonlocal inside
        async with leases.alone("index", patience=timedelta(minutes=1), refusal="no"):
            inside += 1
            await asyncio.sleep(0)
            assert inside == 1
            inside -= 1

    await asyncio.gather(*(work(leases) for leases in (one, other, one, other)))


async def test_whoever_waits_in_vain_is_told(one: Leases, other: Leases) -> None:
    async with one.alone("index", patience=AT_ONCE + SOON, refusal="no"):
        with pytest.raises(TakenError, match="somebody else"):
            async with other.alone("index", patience=AT_ONCE, refusal="somebody else is at it"):
                pytest.fail("two are alone")
    assert await other.take("index")


async def test_a_lease_is_renewed_for_as_long_as_it_takes(engine: AsyncEngine, other: Leases) -> None:
    one = Leases(engine, timedelta(seconds=3))
    async with one.alone("index", patience=SOON, refusal="no"):
        await let_run_out(engine)
        async with asyncio.timeout(10), engine.execution_options(read_only=True).connect() as db:
            while not await db.scalar(text("SELECT count(*) FROM leases WHERE expires_at > '2021-01-01'")):
                await db.rollback()
                await asyncio.sleep(0.05)
        assert not await other.take("index")


@pytest.mark.parametrize("through_outages", [False, True])
async def test_whoever_lost_a_lease_stops(
    engine: AsyncEngine, other: Leases, *, through_outages: bool
) -> None:
    one = Leases(engine, timedelta(seconds=1))

    async def lose_it() -> None:
        async with one.alone("index", patience=SOON, refusal="taken over", through_outages=through_outages):
            await let_run_out(engine)
            assert await other.take("index")
            await asyncio.sleep(60)

    with pytest.raises(TakenError, match="taken over"):
        await lose_it()

    assert not await one.take("index")


async def test_without_the_database_only_what_may_goes_on(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Leases(engine, timedelta(seconds=1))
    tried = asyncio.Event()

    async def fail(*_: object) -> bool:
        tried.set()
        raise StorageError("the connection was lost")

    async def lose_the_database() -> None:
        async with one.alone("index", patience=SOON, refusal="run out"):
            monkeypatch.setattr(one, "take", fail)
            await asyncio.sleep(60)

    async with one.alone("shard", patience=SOON, refusal="no", through_outages=True):
        with monkeypatch.context() as patch:
            patch.setattr(one, "take", fail)
            await tried.wait()
    with pytest.raises(TakenError, match="run out"):
        await lose_the_database()


async def test_a_timeout_of_what_is_done_stays_one(one: Leases) -> None:
    with pytest.raises(TimeoutError):
        async with one.alone("index", patience=SOON, refusal="no"), asyncio.timeout(0):
            await asyncio.sleep(60)


async def test_everybody_comes_by_one_at_a_time(engine: AsyncEngine, one: Leases, other: Leases) -> None:
    passed: list[Leases] = []

    async def come_by(leases: Leases) -> None:
        await leases.pace("gate", timedelta(minutes=1))
        passed.append(leases)

    tasks = [asyncio.create_task(come_by(leases)) for leases in (one, one, other)]
    async with asyncio.timeout(60):
        for count in (1, 2, 3):
            while len(passed) < count:  # noqa: ASYNC110 - it is the database that tells
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.6)
            assert len(passed) == count
            await let_run_out(engine)
        await asyncio.gather(*tasks)
