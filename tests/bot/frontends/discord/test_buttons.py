"""What the buttons and commands do, before a restart and after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.frontends.discord.turnstile import Turnstile
from bot.memory.deliveries import Limit
from tests.discord_server.parrot import Parrot
from tests.discord_server.place import Place, labels, texts


@pytest.fixture(params=["at once", "after a restart"])
async def place(place: Place, request: pytest.FixtureRequest) -> Place:
    """The place; whether the bot is started again before a button is pressed."""
    place.restarts = request.param == "after a restart"
    return place


async def test_sources_are_shown_to_whoever_asks(place: Place) -> None:
    reply = await place.ask("what maths?")
    bob = place.member("bob")

    shown = await place.press(reply, "Sources", by=bob)

    assert shown
    assert shown.ephemeral
    assert texts(shown) == [
        "**[1] Foundations › Maths**\n> Learn **maths**.\n> \n> - Vectors\n-# Source: A. Writer, “Notes”"
    ]


async def test_a_suggestion_is_asked_in_the_name_of_whoever_presses_it(place: Place) -> None:
    reply = await place.ask("what maths?")
    bob = place.member("bob")

    shown = await place.press(reply, "Which role suits me?", by=bob)

    assert shown
    assert not shown.ephemeral
    assert texts(shown)[:2] == ["> Which role suits me?", "You said: Which role suits me? [1]."]


async def test_a_choice_says_its_own_text(place: Place) -> None:
    reply = await place.ask("choose")
    assert labels(reply)[:2] == ["Maths", "Code"]

    shown = await place.press(reply, "Maths")

    assert texts(shown)[0] == "> maths, please"


@pytest.mark.parametrize(("thumb", "helpful"), [("👍", 1), ("👎", 0)])
async def test_a_thumb_is_kept_once_for_each_person(
    place: Place, engine: AsyncEngine, thumb: str, helpful: int
) -> None:
    reply = await place.ask("what maths?")
    await place.press(reply, "👎")

    shown = await place.press(reply, thumb)

    assert shown
    assert shown.ephemeral
    async with engine.connect() as db:
        kept = (await db.execute(text("SELECT user_id, helpful FROM feedback"))).all()
    assert [tuple(row) for row in kept] == [(str(place.ada.id), helpful)]


async def test_a_refusal_offers_topics_and_the_moderators(place: Place, engine: AsyncEngine) -> None:
    reply = await place.ask("refuse this")
    assert texts(reply) == ["Not covered. Nearest:"]
    assert labels(reply)[:3] == ["What maths do I need?", "Which role suits me?", "Ask the moderators"]

    shown = await place.press(reply, "Ask the moderators")

    assert "Noted" in texts(shown)[0]
    async with engine.connect() as db:
        gaps = (await db.execute(text("SELECT question, wanted FROM gaps"))).all()
    assert [tuple(row) for row in gaps] == [("refuse this", 1)]


async def test_what_is_private_is_shown_to_the_asker_alone(place: Place) -> None:
    reply = await place.ask("secret")
    assert "brave" not in texts(reply)[0]

    mine = await place.press(reply, "Show me")
    other = await place.press(reply, "Show me", by=place.member("bob"))

    assert mine
    assert mine.ephemeral
    assert texts(mine) == ["You are brave."]
    assert "somebody else" in texts(other)[0]


async def test_help_has_buttons_that_do_what_it_says(place: Place) -> None:
    result = await place.ada.slash(place.channel, "help")
    assert result.ephemeral
    assert "`/ask`" in texts(result.response)[0]

    shown = await place.press(result.response, "What maths do I need?")
    nothing_yet = await place.press(result.response, "My last sources")

    assert shown
    assert shown.ephemeral
    assert texts(shown)[1] == "You said: What maths do I need? [1]."
    assert texts(nothing_yet)[0].startswith("**[1] Foundations")


async def test_forgetting_asks_first(place: Place) -> None:
    reply = await place.ask("what maths?")
    asked = await place.ada.slash(place.channel, "forget")
    assert asked.ephemeral
    assert labels(asked.response) == ["Delete it", "Keep it"]

    kept = await place.press(asked.response, "Keep it")
    assert "nothing is deleted" in texts(kept)[0]
    forgotten = await place.press(asked.response, "Delete it")

    assert "deleted" in texts(forgotten)[0]
    assert "has been deleted" in texts(await place.press(reply, "Sources"))[0]
    assert "has been deleted" in texts(await place.press(reply, "Which role suits me?"))[0]
    assert "Before" not in texts(await place.ask("again"))[0]


async def test_sources_without_an_answer_say_so(place: Place) -> None:
    result = await place.ada.slash(place.channel, "sources")

    assert result.ephemeral
    assert "no answer with sources yet" in texts(result.response)[0]


async def test_a_picture_comes_with_what_it_shows_in_words(place: Place) -> None:
    reply = await place.ask("draw")

    [attachment] = reply.attachments
    assert attachment.filename == "dot.png"
    assert attachment.description == "A red dot"


async def test_a_long_reply_is_split_and_complete(place: Place) -> None:
    await place.ask("long")

    said = [shown for reply in place.replies for shown in texts(reply)]
    assert len(place.replies) > 1
    assert all(sum(map(len, texts(reply))) <= 4000 for reply in place.replies)
    assert " ".join(said).count("word") == 2000
    assert [bool(labels(reply)) for reply in place.replies] == [False] * (len(place.replies) - 1) + [True]


async def test_a_long_reply_in_private_is_split_and_stays_private(place: Place) -> None:
    result = await place.ada.slash(place.channel, "ask", question="long", private=True)

    shown = [result.response, *result.followups]
    assert len(shown) > 1
    assert all(message and message.ephemeral for message in shown)
    assert " ".join(each for message in shown for each in texts(message)).count("word") == 2000


async def test_who_presses_without_end_is_told_when_to_come_back(place: Place, parrot: Parrot) -> None:
    """By a button, by a command, and by one that says something to the coach: all are one flood."""
    reply = await place.ask("what maths?")
    place.client.turnstile = Turnstile(Limit(1, timedelta(minutes=5)))
    place.restarts = False

    shown = [await place.press(reply, label) for label in ("Sources", "👍", "What maths do I need?", "👎")]
    helped = await place.ada.slash(place.channel, "help")
    bob = await place.press(reply, "Sources", by=place.member("bob"))

    assert "[1]" in texts(shown[0])[0]
    assert len(parrot.heard) == 2
    for refused in (shown[3], helped.response):
        assert refused
        assert refused.ephemeral
        assert "please come back then" in refused.content
    assert "[1]" in texts(bob)[0]
