"""Everything that is remembered, in one place to hand around."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory.conversations import Conversations
from bot.memory.deliveries import Deliveries
from bot.memory.feedback import Feedback
from bot.memory.gaps import Gaps
from bot.memory.people import People
from bot.memory.profiles import Profiles
from bot.memory.usage import Usage


@dataclass(frozen=True, slots=True)
class Memory:
    """One part for each thing that is remembered, and `people` for all that is kept of somebody."""

    conversations: Conversations
    profiles: Profiles
    gaps: Gaps
    feedback: Feedback
    deliveries: Deliveries
    usage: Usage
    people: People

    @classmethod
    def of(cls, engine: AsyncEngine, folder: Path) -> Self:
        """Use the engine, whose tables must be there, and the data folder."""
        return cls(
            Conversations(engine),
            Profiles(engine),
            Gaps(engine),
            Feedback(engine),
            Deliveries(engine),
            Usage(engine),
            People(engine, folder),
        )
