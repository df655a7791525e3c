from __future__ import annotations

import asyncio
import re
from collections import Counter

import pytest

from bot.app import App
from bot.coach.coach import Coach
from bot.coach.hearing import NO_TOPIC, NOTHING, TOO_LONG, Hearing
from bot.coach.intents import Intent, Intents
from bot.coach.manner import Manner
from bot.coach.skills.skill import Skill
from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import RECALLED_TURNS, Conversations, Turn
from bot.reply import Message, Reply
from knowledge.roles import load_roles
from knowledge.units import split_units
from retrieval.wording import Wording

MARKER = re.compile(r" ?\[(\d+)\]")
QUESTIONS = [
    "what maths do I need?",
    "How do I find out which machine learning role suits me?",
    "What skills does a data scientist need?",
    "How do I prepare for machine learning interviews?",
    "Which projects belong in a portfolio?",
    "what does a research scientist do all day?",
    "Is a computer science degree enough?",
    "Which companies hire machine learning engineers?",
    "what maths do I need and which projects should I build?",
]
UNCOVERED = [
    "How much does a machine learning engineer earn?",
    "What salary can a data scientist expect in Berlin?",
    "How do I bake sourdough bread?",
    "Who won the world cup?",
]


async def ask(app: App, user: str, *texts: str, channel: str = "here") -> Reply:
    """Say one thing after another; return the last reply."""
    reply = None
    for text in texts:
        reply = await app.coach.reply(Message(user, channel, text))
    assert reply
    return reply


@pytest.mark.parametrize("question", QUESTIONS)
async def test_an_answer_can_be_checked_sentence_by_sentence(app: App, user: str, question: str) -> None:
    reply = await ask(app, user, question)

    assert reply.kind == "answer"
    files = {guide.title: app.settings.guides_dir / f"{guide.id}.md" for guide in app.guides}
    assert all(
        citation.quote in files[citation.guide].read_text(encoding="utf-8") for citation in reply.citations
    )
    markers = [citation.marker for citation in reply.citations]
    assert markers == list(range(1, len(markers) + 1))
    assert {int(marker) for marker in MARKER.findall(reply.text)} == set(markers)
    said = split_units(MARKER.sub("", reply.text))
    assert len(said) == len(MARKER.findall(reply.text))
    assert [text for text, times in Counter(unit.text for unit in said).items() if times > 1] == []
    quoted = {unit.text.rstrip(".") for citation in reply.citations for unit in split_units(citation.quote)}
    assert [unit.text for unit in said if unit.text.rstrip(".") not in quoted] == []


@pytest.mark.parametrize("question", UNCOVERED)
async def test_what_no_guide_covers_is_refused_with_nearby_topics_and_kept_as_a_gap(
    app: App, user: str, question: str
) -> None:
    before = (await app.memory.gaps.questions()).count(question)

    reply = await ask(app, user, question)

    assert reply.kind == "refusal"
    assert reply.citations == ()
    assert not MARKER.search(reply.text)
    assert 1 <= len(reply.suggestions) <= 3
    assert [line for line in reply.text.splitlines() if line.startswith("- ")] == [
        f"- {topic}" for topic in reply.suggestions
    ]
    assert (await app.memory.gaps.questions()).count(question) == before + 1


async def test_a_topic_that_a_refusal_names_can_be_asked(app: App, user: str) -> None:
    refusal = await ask(app, user, UNCOVERED[0])

    for topic in refusal.suggestions:
        assert (await ask(app, user, topic, channel=topic)).kind in {"answer", "comparison"}


async def test_an_answer_is_no_gap(app: App, user: str) -> None:
    gaps = await app.memory.gaps.questions()

    await ask(app, user, QUESTIONS[0])

    assert await app.memory.gaps.questions() == gaps


@pytest.mark.parametrize("text", ["hi", "who are you?", "thanks a lot!", "how are you", "no"])
async def test_small_talk_asks_nothing_of_the_guides(app: App, user: str, text: str) -> None:
    gaps = await app.memory.gaps.questions()

    reply = await ask(app, user, text)

    assert reply.kind == "chat"
    assert reply.text != NO_TOPIC
    assert (reply.citations, reply.passages, reply.exchange) == ((), (), None)
    assert await app.memory.gaps.questions() == gaps


@pytest.mark.parametrize(
    ("text", "said"),
    [("👍", NOTHING), (" ", NOTHING), ("x" * 100_000, TOO_LONG), ("and what about it?", NO_TOPIC)],
)
async def test_what_cannot_be_answered_is_neither_kept_nor_a_gap(
    app: App, conversations: Conversations, user: str, text: str, said: str
) -> None:
    gaps = await app.memory.gaps.questions()

    assert await ask(app, user, text) == Reply("chat", said)

    assert await conversations.recall(user, "here") == ()
    assert await app.memory.gaps.questions() == gaps


@pytest.mark.parametrize("text", ["why?", "and?", "yes", "sure then", "2"])
async def test_after_a_greeting_there_is_still_nothing_to_follow_up(app: App, user: str, text: str) -> None:
    assert (await ask(app, user, "hi", text)).text == NO_TOPIC


async def test_a_bare_number_picks_a_topic_that_was_offered(app: App, user: str) -> None:
    refusal = await ask(app, user, UNCOVERED[0])

    reply = await ask(app, user, "2")

    assert reply.kind == "answer"
    assert reply.exchange
    assert reply.exchange.question == refusal.suggestions[1]


async def test_yes_takes_the_first_topic_that_was_offered(app: App, user: str) -> None:
    refusal = await ask(app, user, UNCOVERED[0])

    reply = await ask(app, user, "yes please")

    assert reply.kind == "answer"
    assert reply.exchange
    assert reply.exchange.question == refusal.suggestions[0]


async def test_a_follow_up_is_understood_through_small_talk(app: App, user: str) -> None:
    reply = await ask(
        app, user, "What skills does a data scientist need?", "thanks!", "and for research scientists?"
    )

    assert reply.kind == "answer"
    assert {citation.guide for citation in reply.citations} == {"Research Scientist"}


async def test_two_people_talking_at_once_do_not_share_a_subject(app: App, user: str) -> None:
    other = f"{user}-other"
    await asyncio.gather(
        ask(app, user, "What skills does a data scientist need?"),
        ask(app, other, "How do I prepare for machine learning interviews?"),
    )

    mine, theirs = await asyncio.gather(ask(app, user, "tell me more"), ask(app, other, "tell me more"))

    assert mine.exchange
    assert theirs.exchange
    assert mine.exchange.subject == "Data Scientist"
    assert "interviews" in theirs.exchange.subject
    assert not {c.place for c in mine.citations} & {c.place for c in theirs.citations}


async def test_nobody_hears_of_anothers_subject_nor_of_their_own_in_another_channel(
    app: App, conversations: Conversations, user: str
) -> None:
    await ask(app, user, "What skills does a data scientist need?", channel="first")

    elsewhere = await ask(app, user, "what about it?", channel="second")
    someone = await ask(app, f"{user}-other", "what about it?", channel="first")

    assert elsewhere.text == someone.text == NO_TOPIC
    assert await app.coach.last_answer(user, "second") is None
    assert await conversations.recall(f"{user}-other", "first") == ()


async def test_messages_of_one_person_are_answered_in_order_however_fast_they_come(
    app: App, conversations: Conversations, user: str
) -> None:
    # The first takes longest to hear: it looks foreign until its language has been weighed.
    slow = "Kubernetes " + "langchain llamaindex qlora " * 140
    texts = [
        slow.strip(),
        "What skills does a data scientist need?",
        "and for research scientists?",
        "thanks",
        "why?",
    ]
    answered: list[str] = []

    async def say(text: str) -> Reply:
        reply = await ask(app, user, text)
        answered.append(text)
        return reply

    replies = await asyncio.gather(*map(say, texts))

    assert answered == texts
    kept = await conversations.recall(user, "here")
    heard = [
        (text, reply.text)
        for text, reply in zip(texts, replies, strict=True)
        if reply.kind != "chat" or text == "thanks"
    ]
    assert [(turn.text, turn.reply.text) for turn in kept] == heard
    assert {c.guide for c in replies[2].citations} == {"Research Scientist"}


async def test_two_hundred_messages_at_once_are_all_answered_and_leave_no_lock(
    app: App, conversations: Conversations, user: str
) -> None:
    people = [f"{user}-{n}" for n in range(20)]
    texts = ["hi", QUESTIONS[0], "thanks", "why?", "cool", "how are you", UNCOVERED[0], "ty", "lol", "bye"]

    replies = await asyncio.gather(*(ask(app, person, text) for text in texts for person in people))

    assert len(replies) == 200
    for number, person in enumerate(people):
        theirs = replies[number :: len(people)]
        assert [reply.kind for reply in theirs] == [
            "chat", "answer", "chat", "answer", "chat", "chat", "refusal", "chat", "chat", "chat"
        ]  # fmt: skip
        kept = await conversations.recall(person, "here")
        assert [(turn.text, turn.reply.text) for turn in kept] == [
            (text, reply.text) for text, reply in zip(texts, theirs, strict=True)
        ][-RECALLED_TURNS:]
    assert len(app.coach._queues) == 0


async def test_forgetting_deletes_this_conversation_and_no_other(
    app: App, conversations: Conversations, user: str
) -> None:
    for channel in ("here", "there"):
        await ask(app, user, "What skills does a data scientist need?", "thanks", channel=channel)
    await ask(app, f"{user}-other", "thanks")

    assert await app.coach.forget(user, "here") == 2
    assert await app.coach.forget(user, "here") == 0

    assert await conversations.recall(user, "here") == ()
    assert await app.coach.last_answer(user, "here") is None
    assert len(await conversations.recall(user, "there")) == 2
    assert len(await conversations.recall(f"{user}-other", "here")) == 1
    assert (await ask(app, user, "what about it?")).text == NO_TOPIC
    assert (await ask(app, user, "and for research scientists?", channel="there")).kind == "answer"


async def test_the_last_answer_is_the_last_one_with_sources(app: App, user: str) -> None:
    answer = await ask(app, user, "What skills does a data scientist need?")
    await ask(app, user, UNCOVERED[0], "thanks")

    last = await app.coach.last_answer(user, "here")

    assert last
    assert last.citations == answer.citations
    assert last.text == answer.text


class Door:
    """A skill that answers once the door is open, and can fall ill."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.ill = False

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        if self.ill:
            raise RuntimeError("ill")
        await self.open.wait()
        return Reply("chat", f"{len(turns)}: {message.text}")


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def coach(app: App, wording: Wording, manner: Manner, conversations: Conversations, door: Door) -> Coach:
    """A coach whose every skill is the door."""
    intents = Intents(SmallTalk.load(), wording, load_roles(), manner)
    skills: dict[Intent, Skill] = {"ask": door, "smalltalk": door}
    learner, guided = app.coach._learner, app.coach._guided
    return Coach(Hearing(wording), intents, skills, conversations, learner, guided)


async def test_a_skill_that_fails_leaves_the_conversation_as_it_was(
    coach: Coach, door: Door, conversations: Conversations, user: str
) -> None:
    door.ill = True
    with pytest.raises(RuntimeError, match="ill"):
        await coach.reply(Message(user, "here", "maths"))
    assert await conversations.recall(user, "here") == ()
    assert len(coach._queues) == 0

    door.ill = False
    door.open.set()

    assert (await coach.reply(Message(user, "here", "maths"))).text == "0: maths"


async def test_one_who_goes_away_while_waiting_holds_nobody_up(coach: Coach, door: Door, user: str) -> None:
    first, gone, last = (
        asyncio.create_task(coach.reply(Message(user, "here", text)))
        for text in ("maths 1", "maths 2", "maths 3")
    )
    await asyncio.sleep(0)
    gone.cancel()
    door.open.set()

    assert (await first).text == "0: maths 1"
    assert (await last).text == "1: maths 3"
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert len(coach._queues) == 0


async def test_one_conversation_does_not_wait_for_another(coach: Coach, door: Door, user: str) -> None:
    waiting = asyncio.create_task(coach.reply(Message(user, "here", "maths")))

    assert (await coach.reply(Message(user, "there", "👍"))).text == NOTHING

    assert not waiting.done()
    door.open.set()
    assert (await waiting).text == "0: maths"
