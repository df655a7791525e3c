"""What came in and what became of it, so that each message is answered once, whatever happens.

A message is *received* before anybody thinks about it and *answered* when its reply is out. What is
still *received* after a kill was under way. A message's text is kept only until it is answered; the
turn has it then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, DateTime, Index, Text, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.memory.erasures import lock_person
from bot.memory.personal import Personal
from knowledge.database import Base, read, write


class State(StrEnum):
    """What became of a message."""

    RECEIVED = "received"
    ANSWERED = "answered"
    # More than the person's limit; they have been told when to come back.
    LIMITED = "limited"
    # Taken back by the person, with its answer.
    WITHDRAWN = "withdrawn"
    # Nobody can be answered any more, for example as the channel is gone.
    FAILED = "failed"


class _DeliveryRow(Base):
    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_user", "user_id", "created_at"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    channel_id: Mapped[str]
    private: Mapped[bool]
    address: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(index=True)
    times: Mapped[int]
    replies: Mapped[str] = mapped_column(Text)
    offers: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


PERSONAL = (
    Personal(
        _DeliveryRow,
        "notes of messages that came in, and what became of them",
        since="created_at",
        packed=("address", "replies", "offers"),
    ),
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that came in; `address` says where its reply goes, in words of the front end."""

    id: str
    user: str
    channel: str
    text: str
    address: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and what became of it.

    `replies` are the front end's ids of what was sent in reply. `offers` are the texts that
    its buttons say when they are pressed. `times` counts how often it has been answered anew.
    """

    incoming: Incoming
    state: State
    times: int
    replies: tuple[str, ...]
    offers: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """How many messages a person may send within a period."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Refused:
    """Too many messages: when the next is welcome, and whether the person has been told before."""

    until: datetime
    told: bool


class Deliveries:
    """The messages that came in, by the front end's id."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def receive(self, incoming: Incoming, limit: Limit) -> bool | Refused:
        """Take in a message; return whether it is new and welcome, or until when it is not."""
        row = _new_row(incoming)

        def take_in(db: Connection) -> Refused | None:
            # One after the other, or else a person's messages at once would not see each other.
            lock_person(db, incoming.user, alone=True)
            refused = _refusal(db, incoming.user, row["created_at"], limit)
            turned_away = {"state": State.LIMITED, "text": ""} if refused else {}
            db.execute(insert(_DeliveryRow), [row | turned_away])
            return refused

        try:
            return await write(self._engine, take_in) or True
        except IntegrityError:
            return False

    async def keep(self, incoming: Incoming, offers: Sequence[str]) -> None:
        """Keep what buttons say on a message that is no answer."""
        row = _new_row(incoming) | {"state": State.ANSWERED, "times": 0, "offers": _json(offers)}
        await write(self._engine, lambda db: db.execute(insert(_DeliveryRow), [row]))

    async def reopen(self, message_id: str, text: str, limit: Limit) -> bool:
        """Take in a message's new text, to answer it anew; return whether that is welcome."""

        def take_in(db: Connection) -> bool:
            user = db.scalar(select(_DeliveryRow.user_id).where(_DeliveryRow.id == message_id))
            lock_person(db, user or "", alone=True)
            if user is None or _refusal(db, user, datetime.now(UTC), limit):
                return False
            db.execute(
                update(_DeliveryRow)
                .where(_DeliveryRow.id == message_id)
                .values(text=text, state=State.RECEIVED, times=_DeliveryRow.times + 1)
            )
            return True

        return await write(self._engine, take_in)

    async def shown(self, message_id: str, replies: Sequence[str]) -> None:
        """Note which replies to a message are out so far."""
        await self._set(message_id, replies=_json(replies))

    async def answered(self, message_id: str, replies: Sequence[str], offers: Sequence[str]) -> None:
        """Note that a message is answered, by which replies, and what their buttons say."""
        await self._set(
            message_id,
            state=State.ANSWERED,
            text="",
            replies=_json(replies),
            offers=_json(offers),
        )

    async def close(self, message_id: str, state: State) -> None:
        """Note that nothing further is to be sent for a message."""
        await self._set(message_id, state=state, text="", offers="[]")

    async def find(self, message_id: str) -> Delivery | None:
        """Return what became of a message, or None if it never came in."""
        query = select(_DeliveryRow.__table__).where(_DeliveryRow.id == message_id)
        row = await read(self._engine, lambda db: db.execute(query).first())
        return _delivery(row) if row else None

    async def unfinished(self) -> list[Delivery]:
        """List what was received and not answered, oldest first."""
        query = (
            select(_DeliveryRow.__table__)
            .where(_DeliveryRow.state == State.RECEIVED)
            .order_by(_DeliveryRow.created_at)
        )
        return [_delivery(row) for row in await read(self._engine, lambda db: db.execute(query).all())]

    async def forget(self, user: str, channel: str) -> None:
        """Drop what was offered in a conversation; that there were messages stays known."""
        query = (
            update(_DeliveryRow)
            .where(_DeliveryRow.user_id == user, _DeliveryRow.channel_id == channel)
            .values(offers="[]")
        )
        await write(self._engine, lambda db: db.execute(query))

    async def _set(self, message_id: str, **values: object) -> None:
        query = update(_DeliveryRow).where(_DeliveryRow.id == message_id).values(**values)
        await write(self._engine, lambda db: db.execute(query))


def _refusal(db: Connection, user: str, now: datetime, limit: Limit) -> Refused | None:
    """Say until when a person has to wait, if they have to."""
    # What a clock that was ahead has dated in the far future must not lock anybody out until then.
    period = _DeliveryRow.created_at.between(now - limit.period, now + limit.period)
    recent = (_DeliveryRow.user_id == user, period)
    welcome = (*recent, _DeliveryRow.state != State.LIMITED)
    used = db.scalar(select(func.sum(_DeliveryRow.times)).where(*welcome))
    if (used or 0) < limit.count:
        return None
    oldest = db.scalar(select(func.min(_DeliveryRow.created_at)).where(*welcome))
    told = db.scalar(
        select(func.count()).where(
            *recent, _DeliveryRow.state == State.LIMITED, _DeliveryRow.created_at > oldest
        )
    )
    return Refused(_utc(oldest or now) + limit.period, told=bool(told))


def _new_row(incoming: Incoming) -> dict[str, Any]:
    return {
        "id": incoming.id,
        "user_id": incoming.user,
        "channel_id": incoming.channel,
        "private": incoming.private,
        "address": incoming.address,
        "text": incoming.text,
        "state": State.RECEIVED,
        "times": 1,
        "replies": "[]",
        "offers": "[]",
        "created_at": datetime.now(UTC),
    }


def _json(texts: Sequence[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def _utc(moment: datetime) -> datetime:
    """SQLite forgets the time zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _delivery(row: Any) -> Delivery:  # noqa: ANN401 - a row's columns are not typed
    return Delivery(
        Incoming(row.id, row.user_id, row.channel_id, row.text, row.address, private=row.private),
        State(row.state),
        row.times,
        tuple(json.loads(row.replies)),
        tuple(json.loads(row.offers)),
        _utc(row.created_at),
    )
