"""What several processes do to one server at once is done once. Two engines stand for two processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import Conversations
from bot.memory.deliveries import Deliveries, Incoming, Limit
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.memory.profiles import GuidedState, Profiles
from bot.memory.usage import Usage
from bot.migrations.upgrade import newest_step, step, upgrade
from bot.reply import Message, Reply
from knowledge.database import create_engine
from knowledge.drafts import draft
from knowledge.guide import Guide
from knowledge.history import History
from knowledge.library import Library
from tests.databases import Databases

TIMES = 20
LIMIT = Limit(5, timedelta(minutes=5))
Two = tuple[AsyncEngine, AsyncEngine]


@pytest.fixture
async def two(databases: Databases) -> AsyncIterator[Two]:
    url = await databases.clean()
    first, second = create_engine(url), create_engine(url)
    yield first, second
    await first.dispose()
    await second.dispose()


async def test_a_persons_limit_is_one_for_all(two: Two) -> None:
    taken = await asyncio.gather(
        *(
            Deliveries(engine).receive(Incoming(f"{name}-{n}", "ada", "here", "hi", "{}"), LIMIT)
            for n in range(TIMES)
            for name, engine in zip("ab", two, strict=True)
        )
    )

    assert taken.count(True) == LIMIT.count


async def test_a_message_heard_twice_is_taken_in_once(two: Two) -> None:
    generous = Limit(1000, timedelta(minutes=5))
    taken = await asyncio.gather(
        *(
            Deliveries(engine).receive(Incoming(str(n), "ada", "here", "hi", "{}"), generous)
            for n in range(TIMES)
            for engine in two
        )
    )

    assert taken.count(True) == taken.count(False) == TIMES


async def test_a_message_answered_twice_has_one_turn(two: Two) -> None:
    message = Message("ada", "here", "hi", id="1")

    await asyncio.gather(
        *(Conversations(engine).add(message, Reply("chat", "Hi")) for _ in range(TIMES) for engine in two)
    )

    assert len(await Conversations(two[0]).recall("ada", "here")) == 1


async def test_answering_anew_keeps_to_the_limit(two: Two) -> None:
    await Deliveries(two[0]).receive(Incoming("1", "ada", "here", "hi", "{}"), LIMIT)

    welcome = await asyncio.gather(
        *(Deliveries(engine).reopen("1", "again", LIMIT) for _ in range(TIMES) for engine in two)
    )

    assert welcome.count(True) == LIMIT.count - 1


async def test_a_gap_is_told_once(two: Two) -> None:
    for n in range(TIMES):
        await Gaps(two[0]).add("ada", f"question {n}")

    claims = await asyncio.gather(
        *(Gaps(engine).claim(range(1, TIMES + 1)) for _ in range(TIMES) for engine in two)
    )

    assert sorted(gap for claim in claims for gap in claim) == list(range(1, TIMES + 1))


async def test_a_wish_pressed_twice_is_one(two: Two) -> None:
    await asyncio.gather(*(Gaps(engine).want("ada", "the pay?") for _ in range(TIMES) for engine in two))

    assert len(await Gaps(two[0]).waiting()) == 1


async def test_the_latest_word_counts_whoever_wrote_it(two: Two) -> None:
    await asyncio.gather(
        *(Feedback(engine).give("ada", "1", helpful=bool(n % 2)) for n in range(TIMES) for engine in two),
        *(
            Profiles(engine).keep_guided("ada", "here", GuidedState((str(n),)))
            for n in range(TIMES)
            for engine in two
        ),
    )

    assert await Profiles(two[0]).guided("ada", "here")


async def test_tokens_of_all_processes_are_counted(two: Two) -> None:
    await asyncio.gather(*(Usage(engine).spend("ada", 1, 1) for _ in range(TIMES) for engine in two))

    assert await Usage(two[0]).today("ada") == 4 * TIMES


async def test_the_library_has_one_history(two: Two, make_guide: Callable[..., Guide]) -> None:
    drafts = [draft(make_guide(f"guide-{n}", f"Text {n}.")) for n in range(5)]
    vectors = {str(n): np.ones((1, 3), np.float32) for n in range(5)}
    versions = [item.version_id for item in drafts]

    async def change(engine: AsyncEngine, count: int) -> None:
        library = Library(engine)
        await library.keep_vectors("model", vectors)
        await library.write(drafts)
        await library.publish(versions[:count], model="model", actor="test", note="")

    await asyncio.gather(*(change(engine, count) for count in range(1, 6) for engine in two))

    history = await History(two[0]).latest(100)
    assert [entry.edition for entry in history] == list(range(10, 0, -1))
    assert (await Library(two[0]).live()).id == 10


async def test_an_edition_that_failed_leaves_no_gap_in_the_numbers(two: Two) -> None:
    library = Library(two[0])
    await library.publish([], model="model", actor="test", note="")
    with pytest.raises(IntegrityError):
        await library.publish(["nothing@such"], model="model", actor="test", note="")

    assert (await library.publish([], model="model", actor="test", note="")).id == 2


async def test_who_starts_at_the_same_time_makes_the_tables_once(databases: Databases) -> None:
    url = await databases.empty()
    engines = [create_engine(url) for _ in range(3)]

    upgrades = await asyncio.gather(*(upgrade(engine) for engine in engines))

    assert sorted(each.before for each in upgrades) == ["", newest_step(), newest_step()]
    assert await step(engines[0]) == newest_step()
    for engine in engines:
        await engine.dispose()
