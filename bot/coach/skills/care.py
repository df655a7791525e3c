"""Sends somebody whose life may be in danger to people who can help."""

from __future__ import annotations

from bot.memory.conversations import Turn
from bot.reply import Message, Reply

# Numbers as their services publish them; 112 and 911 reach help from any phone there.
_REPLY = """\
I'm glad you said that, and I'm sorry it is this heavy. I'm only a program that knows about careers, \
and this deserves a person, today.

- If you might hurt yourself, call your emergency number now: 112 in Europe, 911 in North America.
- To talk to somebody at any hour: 988 in the US and Canada, 116 123 (Samaritans) in the UK and \
Ireland. findahelpline.com lists free lines in other countries.
- If there is someone near you whom you trust, tell them what you just told me.

Everything about work can wait. I'll be here when you want to come back to it."""


class Care:
    """The skill of knowing when the talk must not be of careers."""

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Say where help is; nothing is noted, searched for or counted as a gap."""
        _ = message, turns
        return Reply("chat", _REPLY)
