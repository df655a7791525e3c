from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import RECALLED_TURNS, Conversations, Turn
from bot.reply import Message, Reply
from retrieval.answer import Citation
from retrieval.rewrite import Exchange

pytestmark = pytest.mark.engines("sqlite", "postgresql")

REPLY = Reply(
    kind="answer",
    text="Learn **maths** [1].\n\n- “Vectors” & 行列 [2]",
    citations=(
        Citation(1, "Foundations", "Maths", "A. Writer, “Notes”", "Learn **maths**."),
        Citation(2, "Foundations", "Tools", "", "- “Vectors” & 行列"),
    ),
    suggestions=("Which tools?", "Why?"),
    exchange=Exchange("what maths?", "maths", ("Vectors",), ("Learn maths.", "Vectors"), ("Which tools?",)),
)


@pytest.fixture
def kept(engine: AsyncEngine) -> Conversations:
    return Conversations(engine)


@pytest.mark.parametrize("reply", [REPLY, Reply("chat", "Hi!"), Reply("refusal", "", suggestions=("Why?",))])
async def test_a_turn_comes_back_as_it_was_kept(kept: Conversations, reply: Reply) -> None:
    await kept.add(Message("ada", "here", "what “maths”? 🙂\n"), reply)

    assert await kept.recall("ada", "here") == (Turn("what “maths”? 🙂\n", reply),)


async def test_the_one_character_that_not_every_engine_keeps_is_replaced(kept: Conversations) -> None:
    await kept.add(Message("a\0da", "here", "what\0now"), Reply("chat", "Hi!"))

    assert [turn.text for turn in await kept.recall("a\0da", "here")] == ["what\N{REPLACEMENT CHARACTER}now"]


async def test_only_the_latest_turns_are_recalled_oldest_first(kept: Conversations) -> None:
    for number in range(RECALLED_TURNS + 3):
        await kept.add(Message("ada", "here", str(number)), Reply("chat", "Yes"))

    assert [turn.text for turn in await kept.recall("ada", "here")] == [
        str(number) for number in range(3, RECALLED_TURNS + 3)
    ]


@pytest.mark.parametrize(
    ("user", "channel"), [("bob", "here"), ("ada", "there"), ("ADA", "here"), ("ad%", "here")]
)
async def test_a_conversation_is_one_person_in_one_channel(
    kept: Conversations, user: str, channel: str
) -> None:
    await kept.add(Message("ada", "here", "Hello"), REPLY)

    assert await kept.recall(user, channel) == ()
    assert await kept.forget(user, channel) == 0
    assert len(await kept.recall("ada", "here")) == 1


async def test_forgetting_says_how_much_and_spares_the_others(kept: Conversations) -> None:
    for user, channel in [("ada", "here"), ("ada", "here"), ("ada", "there"), ("bob", "here")]:
        await kept.add(Message(user, channel, "Hello"), REPLY)

    assert await kept.forget("ada", "here") == 2

    assert await kept.recall("ada", "here") == ()
    assert len(await kept.recall("ada", "there")) == 1
    assert len(await kept.recall("bob", "here")) == 1


async def test_a_message_has_one_turn_however_often_it_is_kept(kept: Conversations) -> None:
    for answer in ("first", "second"):
        await kept.add(Message("ada", "here", "Hello", id="1"), Reply("chat", answer))
    for _ in range(2):
        await kept.add(Message("ada", "there", "Hello"), Reply("chat", "Hi"))

    assert [turn.reply.text for turn in await kept.recall("ada", "here")] == ["first"]
    assert len(await kept.recall("ada", "there")) == 2
