"""The machine's clock jumps, ahead or back: nothing is lost, and nobody is locked out for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory import conversations, deliveries, people
from bot.memory.conversations import Conversations
from bot.memory.deliveries import Deliveries, Incoming, Limit, Refused, State
from bot.memory.people import People
from bot.memory.usage import Usage
from bot.reply import Message, Reply

YEAR = timedelta(days=365)
LIMIT = Limit(2, timedelta(minutes=5))
Jump = Callable[[timedelta], None]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Set the clock that everything remembered is dated by."""
    ahead = timedelta()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    def set_ahead(by: timedelta) -> None:
        nonlocal ahead
        ahead = by

    for module in (conversations, deliveries, people):
        monkeypatch.setattr(module, "datetime", Clock)
    return set_ahead


def message(number: int) -> Incoming:
    return Incoming(str(number), "ada", "here", f"question {number}", "{}")


@pytest.mark.parametrize("away", [YEAR, -YEAR])
async def test_whoever_wrote_while_the_clock_was_wrong_may_write_when_it_is_right(
    engine: AsyncEngine, jump: Jump, away: timedelta
) -> None:
    kept = Deliveries(engine)
    jump(away)
    assert [await kept.receive(message(n), LIMIT) for n in range(2)] == [True, True]
    assert isinstance(await kept.receive(message(2), LIMIT), Refused)

    jump(timedelta())

    assert [await kept.receive(message(n), LIMIT) for n in range(3, 5)] == [True, True]
    assert isinstance(await kept.receive(message(5), LIMIT), Refused)


async def test_a_clock_set_back_a_little_keeps_nobody_waiting_for_long(
    engine: AsyncEngine, jump: Jump
) -> None:
    kept = Deliveries(engine)
    jump(LIMIT.period / 2)
    for n in range(2):
        await kept.receive(message(n), LIMIT)

    jump(timedelta())

    refused = await kept.receive(message(2), LIMIT)
    assert isinstance(refused, Refused)
    assert refused.until <= datetime.now(UTC) + 2 * LIMIT.period


@pytest.mark.parametrize("away", [YEAR, -YEAR])
async def test_what_is_under_way_stays_under_way(engine: AsyncEngine, jump: Jump, away: timedelta) -> None:
    kept = Deliveries(engine)
    await kept.receive(message(1), LIMIT)
    jump(away)
    await kept.receive(message(2), LIMIT)
    jump(timedelta())

    assert {each.incoming for each in await kept.unfinished()} == {message(1), message(2)}
    await kept.answered("2", ["20"], [])
    again = await kept.find("2")
    assert again
    assert again.state is State.ANSWERED


async def test_a_conversation_keeps_its_order(engine: AsyncEngine, jump: Jump) -> None:
    kept = Conversations(engine)
    for number, ahead in enumerate((timedelta(), YEAR, -YEAR, timedelta())):
        jump(ahead)
        await kept.add(Message("ada", "here", str(number)), Reply("answer", "yes"))

    assert [turn.text for turn in await kept.recall("ada", "here")] == ["0", "1", "2", "3"]


async def test_a_clock_that_jumps_ahead_deletes_nothing_unless_it_stays_there(
    engine: AsyncEngine,
    jump: Jump,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    kept, known = Conversations(engine), People(engine, tmp_path)
    await kept.add(Message("ada", "here", "hello"), Reply("chat", "hi"))

    async def after_a_day() -> int:
        await known.expire(180)
        return len(await kept.recall("ada", "here"))

    jump(YEAR)
    ahead = await after_a_day()
    jump(timedelta())
    right_again = await after_a_day()
    jump(YEAR)
    jumped = await after_a_day()
    stayed = await after_a_day()

    assert (ahead, right_again, jumped, stayed) == (1, 1, 1, 0)
    assert caplog.text.count("The clock has jumped") == 3


async def test_a_day_that_comes_twice_counts_its_tokens_together(engine: AsyncEngine) -> None:
    day = date(2026, 11, 20)
    usage = Usage(engine, lambda: day)
    await usage.spend("ada", 60, 0)
    day = date(2027, 11, 20)
    await usage.spend("ada", 60, 0)
    budget = usage.budget(100, 0)
    assert await budget.allows("ada")

    day = date(2026, 11, 20)

    assert await budget.allows("ada")
    await usage.spend("ada", 60, 0)
    assert not await budget.allows("ada")
