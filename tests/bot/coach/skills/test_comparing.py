"""Roles side by side: of two that are named, of the one spoken of, and of what no guide describes."""

from __future__ import annotations

from bot.app import App
from bot.reply import Message, Reply


async def say(app: App, user: str, *texts: str) -> list[Reply]:
    return [await app.coach.reply(Message(user, "compared", text)) for text in texts]


async def test_a_role_is_compared_with_the_one_spoken_of(app: App, user: str) -> None:
    _, reply = await say(
        app, user, "what does an infra engineer do", "how is that different from a data scientist?"
    )

    assert reply.kind == "comparison"
    assert "ML Infrastructure Engineer" in reply.text
    assert "Data Scientist" in reply.text


async def test_one_of_the_roles_compared_may_be_picked_and_then_the_other(app: App, user: str) -> None:
    _, second, first = await say(
        app,
        user,
        "data scientist vs applied ml engineer",
        "which skills for the second one?",
        "and the first?",
    )

    assert {citation.guide for citation in second.citations[:1]} == {"Applied ML Engineer"}
    assert {citation.guide for citation in first.citations[:1]} == {"Data Scientist"}


async def test_what_no_guide_describes_is_refused_and_is_a_gap(app: App, user: str) -> None:
    question = "what's the difference between a quant developer and a data scientist?"

    (reply,) = await say(app, user, question)

    assert (reply.kind, reply.citations) == ("refusal", ())
    assert "Data Scientist" in reply.text
    assert reply.choices
    assert question in await app.memory.gaps.questions()


async def test_a_command_that_names_one_role_is_asked_for_the_other(app: App, user: str) -> None:
    (reply,) = await say(app, user, "/compare data scientist")

    assert reply.kind == "comparison"
    assert "What shall I set beside it?" in reply.text
