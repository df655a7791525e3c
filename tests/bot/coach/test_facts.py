"""What is kept of what people say, and how a correction mends it."""

from __future__ import annotations

import pytest

from bot.app import App
from bot.reply import Message


async def kept(app: App, user: str, *texts: str) -> list[tuple[str, str]]:
    """Say one thing after another; return what is known then."""
    for text in texts:
        await app.coach.reply(Message(user, "here", text))
    facts = await app.memory.profiles.facts(user, private=True)
    return [(fact.clause.polarity, fact.clause.words) for fact in facts]


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("finance background", "has"),
        ("my background is in finance", "has"),
        ("phd in chemistry, dropped out tho", "lacks"),
        ("my goal is to become a data scientist", "likes"),
        ("i'm a qa engineer at a bank", "has"),
    ],
)
async def test_a_background_is_kept(app: App, user: str, text: str, polarity: str) -> None:
    assert await kept(app, user, text) == [(polarity, text)]


@pytest.mark.parametrize(
    ("said", "correction", "mended"),
    [
        ("I have 6 years of Java", "no wait, 4 years not 6", "I have 4 years of Java"),
        ("I have six years of Java", "sorry, four not six", "I have four years of Java"),
        ("I made charts in Power BI", "correction: it was Tableau, not Power BI", "I made charts in Tableau"),
    ],
)
async def test_a_correction_mends_the_fact_before_it(
    app: App, user: str, said: str, correction: str, mended: str
) -> None:
    assert await kept(app, user, said, correction) == [("has", mended)]


async def test_a_slip_is_mended_in_the_same_breath(app: App, user: str) -> None:
    told = "6 years backend, no wait, 4 years not 6"

    assert await kept(app, user, told) == [("has", "4 years backend")]


async def test_a_number_is_mended_only_with_its_unit(app: App, user: str) -> None:
    facts = await kept(app, user, "I have 6 hours a week", "I have 6 years of Java", "wait, 4 years not 6")

    assert facts == [("has", "I have 6 hours a week"), ("has", "I have 4 years of Java")]


async def test_a_correction_of_nothing_is_a_fact_of_its_own(app: App, user: str) -> None:
    assert await kept(app, user, "I like charts", "sorry, I meant Go, not Rust") == [
        ("likes", "I like charts"),
        ("has", "Go"),
    ]


async def test_the_role_that_somebody_wants_speaks_for_that_role(app: App, user: str) -> None:
    await kept(app, user, "my goal is to become a data scientist")

    reply = await app.coach.reply(Message(user, "here", "Which role suits me?"))

    assert reply.fits[0].id == "data-scientist"
