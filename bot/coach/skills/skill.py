"""What every skill is: something the coach can do with a message."""

from __future__ import annotations

from typing import Protocol

from bot.memory.conversations import Turn
from bot.reply import Message, Reply


class Skill(Protocol):
    """Answers the messages that `bot/coach/intents.py` gives it."""

    async def reply(self, message: Message, turns: tuple[Turn, ...]) -> Reply:
        """Reply to a message, given the conversation's latest turns, oldest first."""
        ...
