"""What was said: turns, a row each, by person and channel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Index, Text, delete, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.memory.erasures import lock_person, turn_of, write_of
from bot.memory.personal import Personal
from bot.reply import Message, Reply
from knowledge.database import Base, read, write
from retrieval.answer import Citation
from retrieval.rewrite import Exchange

# How many earlier turns a reply may look back on.
RECALLED_TURNS = 6
# What a turn that is carried over to another channel does not take along.
_NOT_CARRIED = {"id", "channel_id", "message_id"}


class _TurnRow(Base):
    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_conversation", "user_id", "channel_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    channel_id: Mapped[str]
    # The front end's id of the message, where it has one.
    message_id: Mapped[str | None] = mapped_column(index=True, unique=True)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str]
    answer: Mapped[str] = mapped_column(Text)
    citations: Mapped[str] = mapped_column(Text)
    suggestions: Mapped[str] = mapped_column(Text)
    exchange: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


PERSONAL = (
    Personal(
        _TurnRow,
        "messages with my replies",
        since="created_at",
        packed=("citations", "suggestions", "exchange"),
    ),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and its reply."""

    text: str
    reply: Reply


def last_exchange(turns: Sequence[Turn]) -> Exchange | None:
    """Return what was last talked about, of turns that stand oldest first."""
    return next((turn.reply.exchange for turn in reversed(turns) if turn.reply.exchange), None)


def last_cited(turns: Sequence[Turn]) -> Reply | None:
    """Return the latest reply that cites sources, of turns that stand oldest first."""
    return next((turn.reply for turn in reversed(turns) if turn.reply.citations), None)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a turn begins with: the one that its message had before, or the latest of the conversation."""

    known: Turn | None
    latest: tuple[Turn, ...]


_TURN = (
    _TurnRow.text,
    _TurnRow.kind,
    _TurnRow.answer,
    _TurnRow.citations,
    _TurnRow.suggestions,
    _TurnRow.exchange,
)


class Conversations:
    """The turns of every conversation: a person in a channel. Nobody sees another's."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def recall(self, user: str, channel: str) -> tuple[Turn, ...]:
        """Return a conversation's latest turns, oldest first."""
        return await read(self._engine, lambda db: _latest(db, user, channel))

    def turn_of(self, message: Message) -> AbstractAsyncContextManager[Begun]:
        """Answer a message; if all of the person is deleted meanwhile, nothing of the turn is kept."""

        def look(db: Connection) -> Begun:
            known = _turn_of(db, message.id) if message.id else None
            return Begun(known, () if known else _latest(db, message.user, message.channel))

        return turn_of(self._engine, message.user, look)

    async def add(self, message: Message, reply: Reply) -> None:
        """Keep a turn; it is on disk when this returns. The first of a message's turns stays its only one.

        Raises:
            ErasedError: all of the person has been deleted since the turn began.

        """
        row = {
            "user_id": message.user,
            "channel_id": message.channel,
            "message_id": message.id or None,
            "text": message.text,
            "kind": reply.kind,
            "answer": reply.text,
            "citations": _json([asdict(citation) for citation in reply.citations]),
            "suggestions": _json(reply.suggestions),
            "exchange": _json(asdict(reply.exchange)) if reply.exchange else None,
            "created_at": datetime.now(UTC),
        }
        # Another process may have answered the same message meanwhile.
        with suppress(IntegrityError):
            await write_of(self._engine, message.user, lambda db: db.execute(insert(_TurnRow), [row]))

    async def find(self, message_id: str) -> Turn | None:
        """Return the turn of the message with this id."""
        return await read(self._engine, lambda db: _turn_of(db, message_id))

    async def retract(self, message_id: str) -> None:
        """Delete the turn of the message with this id, as if it had not been said."""
        query = delete(_TurnRow).where(_TurnRow.message_id == message_id)
        await write(self._engine, lambda db: db.execute(query))

    async def carry_over(self, message_id: str, channel: str) -> None:
        """Let the same person's conversation in another channel begin with this turn."""
        kept = [column for column in _TurnRow.__table__.columns if column.name not in _NOT_CARRIED]
        source = select(literal(channel), *kept).where(_TurnRow.message_id == message_id)
        query = insert(_TurnRow).from_select(["channel_id", *(column.name for column in kept)], source)

        def begin(db: Connection) -> None:
            user = db.scalar(select(_TurnRow.user_id).where(_TurnRow.message_id == message_id))
            lock_person(db, user or "")
            db.execute(query)

        await write(self._engine, begin)

    async def forget(self, user: str, channel: str) -> int:
        """Delete a conversation; return how many turns it had."""
        query = delete(_TurnRow).where(_TurnRow.user_id == user, _TurnRow.channel_id == channel)
        return await write(self._engine, lambda db: db.execute(query).rowcount)


def _latest(db: Connection, user: str, channel: str) -> tuple[Turn, ...]:
    query = (
        select(*_TURN)
        .where(_TurnRow.user_id == user, _TurnRow.channel_id == channel)
        .order_by(_TurnRow.id.desc())
        .limit(RECALLED_TURNS)
    )
    return tuple(_turn(row) for row in reversed(db.execute(query).all()))


def _turn_of(db: Connection, message_id: str) -> Turn | None:
    row = db.execute(select(*_TURN).where(_TurnRow.message_id == message_id)).first()
    return _turn(row) if row else None


def _json(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    return json.dumps(value, ensure_ascii=False)


def _turn(row: Any) -> Turn:  # noqa: ANN401 - a row's columns are not typed
    exchange = json.loads(row.exchange) if row.exchange else None
    reply = Reply(
        kind=row.kind,
        text=row.answer,
        citations=tuple(Citation(**citation) for citation in json.loads(row.citations)),
        suggestions=tuple(json.loads(row.suggestions)),
        exchange=_exchange(exchange) if exchange else None,
    )
    return Turn(row.text, reply)


def _exchange(fields: dict[str, Any]) -> Exchange:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Exchange(**{**fields, **lists})
