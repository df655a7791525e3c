"""Suggestions, what comes of doubting them, the map of skills, and what is noted and taken back."""

from __future__ import annotations

from bot.app import App
from bot.reply import Message, Reply


async def say(app: App, user: str, *texts: str, private: bool = True) -> Reply:
    """Say one thing after another; return the last reply."""
    replies = [await app.coach.reply(Message(user, "here", text, private=private)) for text in texts]
    return replies[-1]


async def test_why_another_role_is_not_suggested_is_told_from_how_it_stands(app: App, user: str) -> None:
    await say(app, user, "I love Kubernetes and I hate charts.", "Which role suits me?")

    reply = await say(app, user, "why not data scientist?")

    assert reply.kind == "roles"
    assert reply.text.startswith("**Data Scientist** is number ")
    assert "“I hate charts”" in reply.text
    assert "Not heard of yet: " in reply.text
    assert reply.fits[0].id == "ml-infrastructure-engineer"


async def test_the_map_gives_the_row_of_a_skill_and_where_else_it_helps(app: App, user: str) -> None:
    reply = await say(app, user, "What can I do with SQL?")

    assert reply.kind == "answer"
    first, *rest = reply.text.split("\n\n")
    assert first == "“Databases and SQL” points to **ML Infrastructure Engineer, Data Scientist** [1]."
    assert any("Data Scientist: Background: strong Python or SQL" in block for block in rest)


async def test_a_skill_without_a_row_is_told_where_it_helps(app: App, user: str) -> None:
    reply = await say(app, user, "where does docker take me")

    assert "ML Infrastructure Engineer: Containers: Kubernetes and Docker [1]" in reply.text


async def test_what_leads_nowhere_on_the_map_is_asked_of_the_guides(app: App, user: str) -> None:
    assert (await say(app, user, "what can I do with my boat?")).kind == "refusal"


async def test_talk_about_the_talk_is_not_of_the_person(app: App, user: str) -> None:
    reply = await say(app, user, "no i meant compare infra and pm")

    assert reply.kind == "comparison"
    assert "You have" not in reply.text
    assert await app.memory.profiles.facts(user, private=True) == ()


async def test_a_condition_is_noted_and_answered(app: App, user: str) -> None:
    reply = await say(app, user, "what does a data scientist do?", "and if i hate maths")

    assert reply.kind == "answer"
    facts = await app.memory.profiles.facts(user, private=True)
    assert [fact.clause.words for fact in facts] == ["i hate maths"]


async def test_facts_do_not_overlap_and_are_not_kept_twice(app: App, user: str) -> None:
    told = "I've been doing java backend for six years, some kafka and k8s"
    words = ["java backend for six years", "some kafka", "k8s"]
    await say(app, user, told)
    assert [fact.clause.words for fact in await app.memory.profiles.facts(user, private=True)] == words

    await say(app, user, "I know Java", told)

    facts = await app.memory.profiles.facts(user, private=True)
    assert sorted(fact.clause.words for fact in facts) == sorted(words)


async def test_the_last_word_is_taken_back(app: App, user: str) -> None:
    await say(app, user, "I like statistics.", "I know Docker and Terraform.")

    reply = await say(app, user, "no, scrap that")

    assert "“I know Docker”" in reply.text
    facts = await app.memory.profiles.facts(user, private=True)
    assert [fact.clause.words for fact in facts] == ["I like statistics"]


async def test_a_later_word_on_hours_takes_the_place_of_an_earlier_one(app: App, user: str) -> None:
    await say(app, user, "I have 10 hours a week.", "I have 15 hours a week.")

    facts = await app.memory.profiles.facts(user, private=True)
    assert [fact.clause.words for fact in facts] == ["I have 15 hours a week"]


async def test_what_tells_nothing_goes_on_with_the_questions(app: App, user: str) -> None:
    await say(app, user, "/roles")

    reply = await say(app, user, "i like cats")

    assert reply.text.startswith("**2 of 6")
    await say(app, user, "hi")
    assert (await say(app, user, "stop")).kind == "roles"


async def test_after_a_suggestion_what_is_missing_is_told_for_that_role(app: App, user: str) -> None:
    await say(app, user, "I love Kubernetes and keeping systems up.", "Which role suits me?")

    reply = await say(app, user, "and what would i be missing")

    assert reply.text.startswith("What ML Infrastructure Engineer asks for, beside what you told me.")
    assert "you said “I love Kubernetes”" in reply.text
