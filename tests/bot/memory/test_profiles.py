from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.clauses import Clause
from bot.memory.profiles import GuidedState, Profiles

pytestmark = pytest.mark.engines("sqlite", "postgresql")

JAVA = Clause("I know Java", "Java", "has")
DASHBOARDS = Clause("I hate dashboards", "dashboards", "dislikes")


@pytest.fixture
def profiles(engine: AsyncEngine) -> Profiles:
    return Profiles(engine)


async def test_what_was_said_in_private_stays_there_and_nobody_sees_anothers(profiles: Profiles) -> None:
    await profiles.learn("ada", [JAVA], private=False)
    await profiles.learn("ada", [DASHBOARDS], private=True)

    assert [fact.clause for fact in await profiles.facts("ada", private=False)] == [JAVA]
    assert [fact.clause for fact in await profiles.facts("ada", private=True)] == [JAVA, DASHBOARDS]
    assert await profiles.facts("bob", private=True) == ()


async def test_nobody_removes_anothers_fact_and_forgetting_takes_all(profiles: Profiles) -> None:
    await profiles.learn("ada", [JAVA, DASHBOARDS], private=False)
    ids = [fact.id for fact in await profiles.facts("ada", private=False)]

    assert await profiles.remove("bob", ids) == 0
    assert await profiles.remove("ada", ids[:1]) == 1
    assert await profiles.forget("ada") == 1
    assert await profiles.facts("ada", private=True) == ()


async def test_a_guided_conversation_is_taken_up_where_it_was_left(
    engine: AsyncEngine, profiles: Profiles
) -> None:
    await profiles.keep_guided("ada", "here", GuidedState(("day",), "day"))

    assert await Profiles(engine).guided("ada", "here") == GuidedState(("day",), "day")
    assert await profiles.guided("ada", "there") is None
