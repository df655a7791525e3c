"""What was said: turns, a row each, by person and channel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Index, Text, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.coach.reply import Kind, Message, Reply
from knowledge.database import Base
from retrieval.answer import Citation
from retrieval.rewrite import Exchange, Topic

# How many earlier turns a reply may look back on.
RECALLED_TURNS = 6


class _TurnRow(Base):
    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_conversation", "user_id", "channel_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    channel_id: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str]
    answer: Mapped[str] = mapped_column(Text)
    citations: Mapped[str] = mapped_column(Text)
    suggestions: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and its reply. `topic` is what a follow-up would refer to."""

    text: str
    reply: Reply
    topic: Topic | None


class Conversations:
    """The turns of every conversation. Two people never share one."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)

    async def recall(self, user: str, channel: str) -> list[Turn]:
        """Return a conversation's latest turns, oldest first."""
        query = (
            select(
                _TurnRow.text,
                _TurnRow.kind,
                _TurnRow.answer,
                _TurnRow.citations,
                _TurnRow.suggestions,
                _TurnRow.topic,
            )
            .where(_TurnRow.user_id == user, _TurnRow.channel_id == channel)
            .order_by(_TurnRow.id.desc())
            .limit(RECALLED_TURNS)
        )
        async with self._reading.connect() as db:
            rows = (await db.execute(query)).all()
        return [_turn(row) for row in reversed(rows)]
