from __future__ import annotations

import pytest

from bot.coach.skills.sources import ShowSources
from bot.memory.conversations import Turn
from bot.reply import Message, Reply
from retrieval.answer import Citation
from tests.bot.conftest import HeardAs

MATHS = Citation(1, "Foundations", "Maths", "“A guide” (A publisher)", "Learn algebra.")
ANSWERED = Turn("maths?", Reply("answer", "Learn algebra [1].", (MATHS,), ("Which books?",)))
THANKED = Turn("thanks", Reply("chat", "You're welcome."))


@pytest.mark.parametrize(
    "text",
    [
        "really?",
        "says who",
        "hm, are you sure?",
        "source?",
        "where did you get that from",
        "whats your source",
    ],
)
async def test_a_doubt_is_answered_with_the_sources(heard_as: HeardAs, text: str) -> None:
    assert await heard_as(text, turns=(ANSWERED,)) == "sources"


@pytest.mark.parametrize(
    "text", ["are you sure i need maths", "which sources should i learn from", "really hard?"]
)
async def test_a_question_of_its_own_is_none(heard_as: HeardAs, text: str) -> None:
    assert await heard_as(text, turns=(ANSWERED,)) == "ask"


async def test_what_the_last_answer_rests_on_is_named() -> None:
    reply = await ShowSources().reply(Message("ada", "c", "says who"), (ANSWERED, THANKED))

    assert "- Foundations › Maths, from “A guide” (A publisher) [1]" in reply.text
    assert (reply.citations, reply.exchange) == ((MATHS,), None)


async def test_without_an_answer_there_is_nothing_to_name() -> None:
    reply = await ShowSources().reply(Message("ada", "c", "says who"), (THANKED,))

    assert (reply.kind, reply.citations) == ("chat", ())
