"""Which skill answers a message."""

from __future__ import annotations

from typing import Literal

from bot.coach.skills.smalltalk import SmallTalk

Intent = Literal["smalltalk", "ask"]


class Intents:
    """Names the skill for a message."""

    def __init__(self, smalltalk: SmallTalk) -> None:
        """What is not small talk is a question."""
        self._smalltalk = smalltalk

    def of(self, text: str) -> Intent:
        """Name the skill that answers this text."""
        return "smalltalk" if self._smalltalk.understands(text) else "ask"
