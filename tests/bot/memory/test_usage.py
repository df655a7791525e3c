from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.usage import Usage

pytestmark = pytest.mark.engines("sqlite", "postgresql")


async def test_tokens_are_counted_by_person_and_day(engine: AsyncEngine) -> None:
    today = date(2026, 11, 20)
    usage = Usage(engine, today=lambda: today)
    await usage.spend("ada", 100, 20)
    await usage.spend("ada", 1, 2)
    await usage.spend("ben", 10, 0)

    assert [await usage.today("ada"), await usage.today("ben"), await usage.today()] == [123, 10, 133]

    today = date(2026, 11, 21)

    assert await usage.today() == 0


async def test_one_person_cannot_use_up_what_is_for_all(engine: AsyncEngine) -> None:
    usage = Usage(engine)
    budget = usage.budget(per_user=100, per_day=150)
    await budget.spend("ada", 90, 10)

    assert not await budget.allows("ada")
    assert await budget.allows("ben")

    await budget.spend("ben", 50, 0)

    assert not await budget.allows("cyd")


async def test_no_limit_is_no_limit(engine: AsyncEngine) -> None:
    budget = Usage(engine).budget(per_user=0, per_day=0)
    await budget.spend("ada", 10**9, 0)

    assert await budget.allows("ada")
