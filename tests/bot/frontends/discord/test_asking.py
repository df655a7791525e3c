"""Every way of asking the coach something in Discord."""

from __future__ import annotations

from typing import Any

import discord


def texts(message: Any) -> list[str]:
    """The texts that a message shows, from top to bottom."""
    view = discord.ui.LayoutView.from_message(getattr(message, "message", message))
    return [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]


async def test_a_mention_is_answered_in_reply(place: Any) -> None:
    question = await place.ada.send(place.channel, f"{place.me} what maths do I need?")

    [reply] = place.replies
    assert reply.reference.message_id == question.id
    assert texts(reply) == ["You said: what maths do I need? [1].", "-# [1] Foundations › Maths"]


async def test_a_direct_message_is_answered(place: Any) -> None:
    await place.ada.send_dm("what maths do I need?")

    [reply] = place.by_me(place.ada.user.dm_channel)
    assert texts(reply)[0] == "You said: what maths do I need? [1]."


async def test_ask_is_answered_with_the_question_above(place: Any) -> None:
    result = await place.ada.slash(place.channel, "ask", question="what maths?")

    assert result.acknowledged
    assert not result.ephemeral
    assert texts(result.response)[:2] == ["> what maths?", "You said: what maths? [1]."]


async def test_ask_in_private_is_seen_by_nobody_else(place: Any) -> None:
    result = await place.ada.slash(place.channel, "ask", question="what maths?", private=True)

    assert result.ephemeral
    assert place.parrot.heard[0].private
