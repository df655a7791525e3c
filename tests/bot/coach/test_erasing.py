"""Deleting everything while more is being said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.clauses import Clause
from bot.coach.coach import Coach
from bot.coach.facts import Learner
from bot.coach.guided import Guided
from bot.coach.hearing import Hearing
from bot.coach.intents import Intents
from bot.coach.manner import Manner
from bot.coach.skills.privacy import Privacy
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Conversations, Turn
from bot.memory.erasures import ErasedError, drop_marks
from bot.memory.gaps import Gaps
from bot.memory.people import People
from bot.memory.profiles import GuidedState, Profiles
from bot.memory.usage import Usage
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
        self.asked = asyncio.Event()
        self._gaps = gaps

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        _ = turns
        self.asked.set()
        await self.may.wait()
        await self._gaps.add(message.user, message.text)
        return Reply("refusal", "Not covered.")


@pytest.fixture
def people(engine: AsyncEngine, tmp_path: Path) -> People:
    return People(engine, tmp_path)


@pytest.fixture
def slow(engine: AsyncEngine) -> SlowRefusal:
    return SlowRefusal(Gaps(engine))


@pytest.fixture(scope="module")
async def facets(embeddings: SentenceEmbeddings, wording: Wording) -> Facets:
    return await Facets.open(load_roles(), embeddings, wording)


MakeCoach = Callable[[], Awaitable[Coach]]


@pytest.fixture
def make_coach(  # noqa: PLR0913, PLR0917 - every part it is made of
    engine: AsyncEngine,
    people: People,
    slow: SlowRefusal,
    facets: Facets,
    wording: Wording,
    manner: Manner,
) -> MakeCoach:
    """Make a coach as each process has one; what they share is the database."""

    async def make() -> Coach:
        roles, profiles, smalltalk = load_roles(), Profiles(engine), SmallTalk.load()
        return Coach(
            Hearing(wording),
            Intents(smalltalk, wording, roles, manner),
            {"ask": slow, "smalltalk": smalltalk, "privacy": Privacy(people, 180, "")},
            Conversations(engine),
            Learner(facets, profiles),
            Guided.load(profiles),
        )

    return make


@pytest.fixture
async def coach(make_coach: MakeCoach) -> Coach:
    return await make_coach()


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


async def test_a_deletion_in_one_process_is_not_undone_by_a_turn_in_another(
    coach: Coach, make_coach: MakeCoach, people: People, slow: SlowRefusal
) -> None:
    other = await make_coach()
    await coach.reply(Message("ada", "here", "thanks"))
    under_way = [
        asyncio.create_task(coach.reply(Message(user, "there", "I know Java. What is the pay?")))
        for user in ("ada", "bob")
    ]
    await slow.asked.wait()

    gone = (await other.reply(Message("ada", "here", ERASE))).text
    slow.may.set()

    assert "messages with my replies: 1" in gone
    with pytest.raises(ErasedError, match="ask again"):
        await under_way[0]
    assert (await under_way[1]).kind == "refusal"
    assert await people.count("ada") == {}
    assert (await people.count("bob"))["questions that the guides don't cover"] == 1

    assert (await coach.reply(Message("ada", "there", "thanks"))).kind == "chat"
    assert await people.count("ada") == {"messages with my replies": 1}


async def test_of_a_turn_that_was_overtaken_nothing_is_kept_whatever_it_writes(
    engine: AsyncEngine, people: People
) -> None:
    conversations, profiles = Conversations(engine), Profiles(engine)
    message, clause = Message("ada", "here", "I know Java"), Clause("I know Java", "Java", "has")
    writes: list[Callable[[], Awaitable[None]]] = [
        lambda: conversations.add(message, Reply("chat", "Noted.")),
        lambda: profiles.learn("ada", [clause], private=True),
        lambda: profiles.keep_guided("ada", "here", GuidedState()),
        lambda: Gaps(engine).add("ada", "What is the pay?"),
    ]
    for _ in range(2):  # the second deletion replaces the mark of the first
        async with conversations.turn_of(Message("ada", "here", "")):
            await people.erase("ada")
            for write in writes:
                with pytest.raises(ErasedError):
                    await write()
            await Usage(engine).spend("ada", 10, 2)
    assert await people.count("ada") == {}
    assert await Usage(engine).today() == 24

    async with conversations.turn_of(Message("ada", "here", "")):
        for write in writes:
            await write()
    assert len(await people.count("ada")) == len(writes)


async def test_a_mark_goes_and_what_began_before_it_went_is_kept(engine: AsyncEngine, people: People) -> None:
    conversations = Conversations(engine)
    await people.erase("ada")
    async with conversations.turn_of(Message("ada", "here", "")):
        async with engine.begin() as db:
            await db.execute(text("UPDATE erasures SET erased_at = '2020-01-01 00:00:00'"))
        await drop_marks(engine)
        await conversations.add(Message("ada", "here", "Hello"), Reply("chat", "Hi."))

    async with engine.connect() as db:
        assert await db.scalar(text("SELECT count(*) FROM erasures")) == 0
    assert await people.count("ada") == {"messages with my replies": 1}
