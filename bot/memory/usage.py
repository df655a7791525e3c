"""Tokens used of the chat model, a row each time it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Index, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.memory.erasures import ErasedError, write_of
from bot.memory.personal import NOBODY, Personal
from knowledge.database import Base, read, write


class _UsageRow(Base):
    __tablename__ = "token_usage"
    __table_args__ = (Index("ix_token_usage_day_user", "day", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    day: Mapped[date]
    read: Mapped[int]
    written: Mapped[int]


PERSONAL = (Personal(_UsageRow, "counts of tokens used of the chat model", since="day", summed=True),)


class Usage:
    """Counts tokens by person and day (UTC)."""

    def __init__(
        self, engine: AsyncEngine, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine
        self._today = today

    async def spend(self, user: str, read: int, written: int) -> None:
        """Count the tokens that the model read and wrote for a person."""
        row = {"user_id": user, "day": self._today(), "read": read, "written": written}
        try:
            await write_of(self._engine, user, lambda db: db.execute(insert(_UsageRow), [row]))
        except ErasedError:  # it was used, by whomever
            nobodys = row | {"user_id": NOBODY}
            await write(self._engine, lambda db: db.execute(insert(_UsageRow), [nobodys]))

    async def today(self, user: str | None = None) -> int:
        """Return the tokens used today, by one person or by all."""
        query = select(func.coalesce(func.sum(_UsageRow.read + _UsageRow.written), 0))
        query = query.where(_UsageRow.day == self._today())
        if user is not None:
            query = query.where(_UsageRow.user_id == user)
        used = await read(self._engine, lambda db: db.scalar(query))
        return int(used or 0)

    def budget(self, per_user: int, per_day: int) -> TokenBudget:
        """Limit what is used in a day, by one person and by all; 0 is no limit."""
        return TokenBudget(self, per_user, per_day)


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """The day's tokens, for one person and for all."""

    usage: Usage
    per_user: int
    per_day: int

    async def allows(self, user: str) -> bool:
        """Whether this person may use the model now."""
        if self.per_user and await self.usage.today(user) >= self.per_user:
            return False
        return not self.per_day or await self.usage.today() < self.per_day

    async def spend(self, user: str, read: int, written: int) -> None:
        """Count what was used."""
        await self.usage.spend(user, read, written)
