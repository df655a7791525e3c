from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.deliveries import Deliveries, Incoming, Limit, Refused, State

pytestmark = pytest.mark.engines("sqlite", "postgresql")

LIMIT = Limit(2, timedelta(minutes=1))


@pytest.fixture
def kept(engine: AsyncEngine) -> Deliveries:
    return Deliveries(engine)


def message(number: int, user: str = "ada") -> Incoming:
    return Incoming(str(number), user, "here", f"question {number}", '{"channel": 1}')


async def test_a_message_is_received_once_and_stays_unfinished_until_it_is_answered(kept: Deliveries) -> None:
    assert await kept.receive(message(1), LIMIT) is True
    assert await kept.receive(message(1), LIMIT) is False
    assert [each.incoming for each in await kept.unfinished()] == [message(1)]

    await kept.answered("1", ["11", "12"], ["Why?"])

    assert await kept.unfinished() == []
    delivery = await kept.find("1")
    assert delivery
    assert (delivery.state, delivery.replies, delivery.offers) == (State.ANSWERED, ("11", "12"), ("Why?",))
    assert delivery.incoming.text == ""


async def test_more_than_the_limit_is_refused_and_told_once(kept: Deliveries) -> None:
    for number in (1, 2):
        assert await kept.receive(message(number), LIMIT) is True

    first, second = await kept.receive(message(3), LIMIT), await kept.receive(message(4), LIMIT)

    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert (first.told, second.told) == (False, True)
    oldest = await kept.find("1")
    assert oldest
    assert first.until == oldest.created_at + LIMIT.period
    assert await kept.receive(message(5, user="bob"), LIMIT) is True
    assert [each.incoming.id for each in await kept.unfinished()] == ["1", "2", "5"]


async def test_answering_anew_counts_towards_the_limit(kept: Deliveries) -> None:
    await kept.receive(message(1), LIMIT)
    await kept.answered("1", ["11"], [])

    assert await kept.reopen("1", "another question", LIMIT)
    assert not await kept.reopen("1", "a third one", LIMIT)
    assert not await kept.reopen("9", "never seen", LIMIT)

    [delivery] = await kept.unfinished()
    assert (delivery.incoming.text, delivery.times, delivery.replies) == ("another question", 2, ("11",))


async def test_forgetting_takes_what_was_offered(kept: Deliveries) -> None:
    for number, user in ((1, "ada"), (2, "bob")):
        await kept.receive(message(number, user), LIMIT)
        await kept.answered(str(number), ["11"], ["Why?"])

    await kept.forget("ada", "here")

    ada, bob = await kept.find("1"), await kept.find("2")
    assert ada
    assert bob
    assert (ada.offers, bob.offers) == ((), ("Why?",))
