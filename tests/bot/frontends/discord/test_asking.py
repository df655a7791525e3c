"""Every way of asking the coach something in Discord, and what is not meant for it."""

from __future__ import annotations

import pytest

from bot.memory.deliveries import State
from tests.discord_server.place import Place, labels, texts


async def test_a_mention_is_answered_in_reply(place: Place) -> None:
    question = await place.ada.send(place.channel, f"{place.me} what maths do I need?")

    [reply] = place.replies
    assert reply.reference
    assert reply.reference.message_id == question.id
    assert texts(reply) == ["You said: what maths do I need? [1].", "-# [1] Foundations › Maths"]
    assert labels(reply) == [
        "What maths do I need?",
        "Which role suits me?",
        "Sources",
        "👍",
        "👎",
        "Thread",
    ]


async def test_a_direct_message_is_answered(place: Place) -> None:
    await place.ada.send_dm("what maths do I need?")

    [reply] = place.by_me(place.ada.user.dm_channel)
    assert texts(reply)[0] == "You said: what maths do I need? [1]."
    assert "Thread" not in labels(reply)
    assert place.parrot.heard[0].private


async def test_ask_is_answered_with_the_question_above(place: Place) -> None:
    result = await place.ada.slash(place.channel, "ask", question="what maths?")

    assert result.acknowledged
    assert not result.ephemeral
    assert texts(result.response)[:2] == ["> what maths?", "You said: what maths? [1]."]


async def test_what_is_asked_in_private_is_a_conversation_of_its_own(place: Place) -> None:
    await place.ask("in public")
    private = await place.ada.slash(place.channel, "ask", question="in private", private=True)
    again = await place.ada.slash(place.channel, "ask", question="more in private", private=True)
    public = await place.ask("in public again")

    assert private.ephemeral
    assert texts(private.response)[1] == "You said: in private [1]."
    assert texts(again.response)[1].endswith("Before: in private")
    assert texts(public)[0].endswith("Before: in public")
    assert [message.private for message in place.parrot.heard] == [False, True, True, False]


async def test_what_somebody_wrote_can_be_asked_about(place: Place) -> None:
    bob = place.member("bob")
    written = await bob.send(place.channel, "what maths do I need?")

    result = await place.ada.context_menu(place.channel, "Ask the coach", written)

    assert texts(result.response)[:2] == ["> what maths do I need?", "You said: what maths do I need? [1]."]


async def test_in_a_thread_of_its_own_no_mention_is_needed_and_the_topic_is_kept(place: Place) -> None:
    reply = await place.ask("what maths do I need for machine learning?")

    answer = await place.press(reply, "Thread")

    [thread] = place.channel.threads
    assert thread.name == "what maths do I need for machine learning?"
    assert str(thread.id) in texts(answer)[0]
    await place.ada.send(thread, "why?")
    opening, why = place.by_me(thread)
    assert "no need to mention me" in opening.content
    assert texts(why)[0] == "You said: why? [1]. Before: what maths do I need for machine learning?"


async def test_people_and_places_are_kept_apart(place: Place) -> None:
    bob = place.member("bob")
    other = place.guild.create_text_channel("other")
    await place.ask("first")
    await place.ada.send_dm("directly")

    await bob.send(place.channel, f"{place.me} mine")
    await place.ada.send(other, f"{place.me} elsewhere")

    assert "Before" not in texts(place.replies[-1])[0]
    assert "Before" not in texts(place.by_me(other)[-1])[0]


@pytest.mark.parametrize(
    "content",
    [
        "just talking",
        "@everyone what now?",
        "@here what now?",
        "> {me} said something\nI agree",
        "`{me}` is how to reach it",
        "```\n{me} what maths?\n```",
    ],
)
async def test_what_is_not_meant_for_it_is_ignored(place: Place, content: str) -> None:
    await place.ada.send(place.channel, content.format(me=place.me))

    assert place.replies == []


async def test_a_reply_without_a_mention_is_ignored(place: Place) -> None:
    reply = await place.ask("what maths?")

    await place.ada.send(place.channel, "thanks, all", reply_to=reply)

    assert len(place.replies) == 1


async def test_bots_and_webhooks_are_ignored(place: Place) -> None:
    bot = place.guild.add_member(place.env.create_user("other-bot", bot=True))
    await bot.send(place.channel, f"{place.me} what maths?")
    await place.guild.create_webhook(place.channel).send(f"{place.me} what maths?")

    assert place.replies == []


async def test_nobody_is_ever_pinged(place: Place) -> None:
    attacks = ["@everyone", "@here", "<@&1>", f"<@{place.ada.id}>", "@\u200beveryone", "[x](@everyone)"]
    reply = await place.ask("ping me " + " ".join(attacks))
    result = await place.ada.slash(place.channel, "ask", question="ping " + " ".join(attacks))

    assert result.response
    for message in (reply, result.response.message):
        assert not message.mention_everyone
        assert not message.role_mentions
    sent = [
        request.json
        for request in place.env.http_requests
        if isinstance(request.json, dict) and "components" in request.json
    ]
    assert sent
    assert all(body["allowed_mentions"]["parse"] == [] for body in sent)


async def test_an_edited_question_is_answered_again_in_place(place: Place) -> None:
    question = await place.ada.send(place.channel, f"{place.me} what maths?")
    await place.ada.edit(question, f"{place.me} what code?")

    [reply] = place.replies
    assert texts(reply)[0] == "You said: what code? [1]."
    later = await place.ask("and then?")
    assert texts(later)[0] == "You said: and then? [1]. Before: what code?"


async def test_a_question_edited_late_stays_answered_as_it_was(place: Place) -> None:
    question = await place.ada.send(place.channel, f"{place.me} what maths?")
    await place.env.advance_time(61)

    await place.ada.edit(question, f"{place.me} what code?")

    assert texts(place.replies[0])[0] == "You said: what maths? [1]."


async def test_a_mention_that_is_edited_in_is_answered(place: Place) -> None:
    question = await place.ada.send(place.channel, "what maths?")
    await place.ada.edit(question, f"{place.me} what maths?")

    assert texts(place.replies[0])[0] == "You said: what maths? [1]."


async def test_a_deleted_question_takes_its_answer_and_its_turn_along(place: Place) -> None:
    question = await place.ada.send(place.channel, f"{place.me} what maths?")
    await place.ada.delete(question)

    assert place.replies == []
    delivery = await place.backstage.deliveries.find(str(question.id))
    assert delivery
    assert delivery.state is State.WITHDRAWN
    assert "Before" not in texts(await place.ask("and then?"))[0]
