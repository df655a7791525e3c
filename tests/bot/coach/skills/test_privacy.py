from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.coach.clauses import Clause
from bot.coach.skills.privacy import Privacy, erases
from bot.memory.conversations import Conversations
from bot.memory.people import People
from bot.memory.profiles import Profiles
from bot.reply import Message, Reply
from tests.bot.conftest import HeardAs


@pytest.fixture
def people(engine: AsyncEngine, tmp_path: Path) -> People:
    return People(engine, tmp_path)


async def say(people: People, text: str, days: int = 180, model: str = "") -> Reply:
    reply = await Privacy(people, days, model).reply(Message("ada", "here", text), ())
    assert (reply.kind, reply.private) == ("chat", True)
    return reply


async def test_without_a_chat_model_nothing_leaves_the_machine(people: People) -> None:
    reply = await say(people, "/privacy")

    assert "180 days" in reply.text
    assert "What leaves this machine**\n\nNothing." in reply.text
    assert [choice.text for choice in reply.choices] == ["/privacy export", "/privacy delete"]


async def test_with_a_chat_model_it_is_named_with_what_it_is_sent(people: People) -> None:
    reply = await say(people, "/privacy", days=0, model="openai:gpt-5")

    assert "A language model (openai:gpt-5)" in reply.text
    assert "your message" in reply.text
    assert "Nothing." not in reply.text
    assert "Until you delete it." in reply.text
    assert "days" not in reply.text


async def test_what_is_kept_is_handed_over_shown_before_it_goes_and_gone_after(
    engine: AsyncEngine, people: People
) -> None:
    await Conversations(engine).add(Message("ada", "here", "why?"), Reply("chat", "Because."))
    await Profiles(engine).learn("ada", [Clause("I know Java", "Java", "has")], private=False)

    [document] = (await say(people, "/privacy export")).documents
    asking = await say(people, "/Privacy delete")
    kept = await say(people, asking.choices[1].text)

    assert document.name.endswith(".json")
    assert [turn["answer"] for turn in json.loads(document.text)["turns"]] == ["Because."]
    assert kept.text == "All right, nothing is deleted."
    counted = "messages with my replies: 1\n- facts you told me about yourself: 1"
    assert counted in asking.text
    yes = asking.choices[0].text
    assert erases(yes)
    assert counted in (await say(people, yes)).text
    for text in (yes, "/privacy delete"):
        nothing = await say(people, text)
        assert nothing.text.startswith("There is nothing to delete")
        assert not nothing.choices


@pytest.mark.parametrize("text", ["/privacy delete", "delete everything", "/privacy delete everything?", ""])
def test_nothing_else_deletes(text: str) -> None:
    assert not erases(text)


@pytest.mark.parametrize(
    "text",
    [
        "/privacy export",
        "Privacy?",
        "what's your privacy policy",
        "What happens to my data?",
        "How long do you keep our conversations?",
        "who can read my messages here?",
    ],
)
async def test_asking_after_ones_data_is_meant_for_it(heard_as: HeardAs, text: str) -> None:
    assert await heard_as(text) == "privacy"


@pytest.mark.parametrize(
    "text",
    [
        "How do I learn about differential privacy?",
        "What happens to my data when I split it for validation?",
        "what happens if my data drifts",
        "Who gets my job?",
        "Do I need to know data protection law?",
    ],
)
async def test_asking_the_guides_is_not(heard_as: HeardAs, text: str) -> None:
    assert await heard_as(text) == "ask"
