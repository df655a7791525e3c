"""What people think of answers: a thumb up or down, one for each person and answer."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, delete, insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.memory.personal import Personal
from knowledge.database import Base, hold, write


class _FeedbackRow(Base):
    __tablename__ = "feedback"
    message_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    helpful: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


PERSONAL = (Personal(_FeedbackRow, "thumbs up or down", since="created_at"),)


class Feedback:
    """Who found which answer helpful, and who did not."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use the engine; its tables must be there."""
        self._engine = engine

    async def give(self, user: str, message_id: str, *, helpful: bool) -> None:
        """Keep what a person thinks of the answer to this message; the latest counts."""
        row = {"message_id": message_id, "user_id": user, "helpful": helpful, "created_at": datetime.now(UTC)}
        earlier = delete(_FeedbackRow).where(
            _FeedbackRow.message_id == message_id, _FeedbackRow.user_id == user
        )

        def replace(db: Connection) -> None:
            hold(db, f"feedback of {user}")
            db.execute(earlier)
            db.execute(insert(_FeedbackRow), [row])

        await write(self._engine, replace)
