"""Deleting everything while more is being said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.coach import Coach
from bot.coach.facts import Learner
from bot.coach.guided import Guided
from bot.coach.hearing import Hearing
from bot.coach.intents import Intents
from bot.coach.manner import Manner
from bot.coach.skills.privacy import Privacy
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Conversations, Turn
from bot.memory.gaps import Gaps
from bot.memory.people import People
from bot.memory.profiles import Profiles
from bot.reply import Message, Reply
from knowledge.roles import load_roles
from retrieval.embeddings import SentenceEmbeddings
from retrieval.facets import Facets
from retrieval.wording import Wording

ERASE = "/privacy delete everything"


class SlowRefusal:
    """A skill that records a gap, once it may."""

    def __init__(self, gaps: Gaps) -> None:
        self.may = asyncio.Event()
        self._gaps = gaps

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        _ = turns
        await self.may.wait()
        await self._gaps.add(message.user, message.text)
        return Reply("refusal", "Not covered.")


@pytest.fixture
def people(engine: AsyncEngine, tmp_path: Path) -> People:
    return People(engine, tmp_path)


@pytest.fixture
def slow(engine: AsyncEngine) -> SlowRefusal:
    return SlowRefusal(Gaps(engine))


@pytest.fixture
async def coach(  # noqa: PLR0913, PLR0917 - every part it is made of
    engine: AsyncEngine,
    people: People,
    slow: SlowRefusal,
    embeddings: SentenceEmbeddings,
    wording: Wording,
    manner: Manner,
) -> Coach:
    roles, profiles, smalltalk = load_roles(), Profiles(engine), SmallTalk.load()
    return Coach(
        Hearing(wording),
        Intents(smalltalk, wording, roles, manner),
        {"ask": slow, "smalltalk": smalltalk, "privacy": Privacy(people, 180, "")},
        Conversations(engine),
        Learner(await Facets.open(roles, embeddings, wording), profiles),
        Guided.load(profiles),
    )


async def test_what_was_under_way_brings_nothing_back(
    coach: Coach, people: People, slow: SlowRefusal
) -> None:
    under_way = [
        asyncio.create_task(coach.reply(Message("ada", channel, f"I know Java. What is the pay? {number}")))
        for number, channel in enumerate(("here", "there", "there"))
    ]
    await asyncio.sleep(0)
    erasing = asyncio.create_task(coach.reply(Message("ada", "here", ERASE)))
    await asyncio.sleep(0)
    later = asyncio.create_task(coach.reply(Message("ada", "there", "thanks")))
    other = asyncio.create_task(coach.reply(Message("bob", "here", "What is the pay?")))

    slow.may.set()

    assert [(await task).kind for task in under_way] == ["refusal"] * 3
    gone = (await erasing).text
    assert "messages with my replies: 3" in gone
    assert "questions that the guides don't cover: 3" in gone
    assert "facts you told me about yourself" in gone
    await asyncio.gather(later, other)
    kept = await people.export("ada")
    assert [turn["text"] for turn in kept.pop("turns")] == ["thanks"]
    assert not any(rows for name, rows in kept.items() if name != "user")
    assert (await people.count("bob"))["questions that the guides don't cover"] == 1


async def test_two_places_may_delete_at_once(coach: Coach, people: People) -> None:
    await coach.reply(Message("ada", "here", "thanks"))

    erasing = [coach.reply(Message("ada", place, ERASE)) for place in ("here", "there")]
    replies = await asyncio.gather(*erasing)

    assert [reply.text.startswith("Done") for reply in replies] == [True, False]
    assert await people.count("ada") == {}
