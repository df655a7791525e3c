from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from bot.queues import Gates


@pytest.fixture
def gates() -> Gates:
    return Gates()


async def settle() -> None:
    """Let everybody go as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Visitor:
    """Goes in as soon as it may, and leaves when told."""

    def __init__(self, way_in: AbstractAsyncContextManager[None]) -> None:
        self.inside = False
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(way_in))

    async def _visit(self, way_in: AbstractAsyncContextManager[None]) -> None:
        async with way_in:
            self.inside = True
            await self._leave.wait()
        self.inside = False

    async def leave(self) -> None:
        self._leave.set()
        await self.task
        await settle()


async def test_many_are_inside_at_once(gates: Gates) -> None:
    visitors = [Visitor(gates.among("ada")) for _ in range(3)]
    await settle()

    assert all(visitor.inside for visitor in visitors)
    for visitor in visitors:
        await visitor.leave()
    assert len(gates) == 0


async def test_one_alone_waits_for_those_before_and_holds_up_those_after(gates: Gates) -> None:
    before = [Visitor(gates.among("ada")) for _ in range(2)]
    alone = Visitor(gates.alone("ada"))
    after = [Visitor(gates.among("ada")), Visitor(gates.alone("ada")), Visitor(gates.among("ada"))]
    another = Visitor(gates.among("bob"))
    await settle()
    assert another.inside
    await before[0].leave()
    assert not alone.inside

    await before[1].leave()

    assert alone.inside
    assert [visitor.inside for visitor in after] == [False, False, False]
    await alone.leave()
    assert [visitor.inside for visitor in after] == [True, False, False]
    for visitor in (*after, another):
        await visitor.leave()
    assert len(gates) == 0


async def test_one_who_gives_up_waiting_to_be_alone_holds_nobody_up(gates: Gates) -> None:
    before, alone = Visitor(gates.among("ada")), Visitor(gates.alone("ada"))
    after = Visitor(gates.among("ada"))
    await settle()

    alone.task.cancel()
    await settle()

    assert after.inside
    await before.leave()
    await after.leave()
    assert len(gates) == 0
