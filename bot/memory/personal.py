"""What a table keeps of a person, said once, so that none of it is missed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Delete, Row, Select, Update, delete, select, update

from knowledge.database import Base

# Whose rows are that are kept without a name.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Personal:
    """A table whose rows belong to people, by `user_id`.

    `name` is what people call its rows, `since` the column that says how old one is, and `packed`
    are the columns that hold JSON. Where only the sum matters the rows are `summed`: they stay when
    a person goes, without the name, or else deleting would be a way round a limit for all.
    """

    row: type[Base]
    name: str
    since: str
    packed: tuple[str, ...] = ()
    summed: bool = False

    @property
    def key(self) -> str:
        """What the table is called in an export."""
        return str(self.row.__tablename__)

    def of(self, user: str) -> Select[Any]:
        """Select a person's rows."""
        columns = self.row.__table__.columns
        return select(self.row.__table__).where(columns.user_id == user).order_by(columns[self.since])

    def erase(self, user: str) -> Delete | Update:
        """Delete a person's rows, or take the name off them."""
        theirs = self.row.__table__.columns.user_id == user
        if self.summed:
            return update(self.row).where(theirs).values(user_id=NOBODY)
        return delete(self.row).where(theirs)

    def expire(self, before: datetime) -> Delete:
        """Delete everybody's rows from before this time (UTC)."""
        column = self.row.__table__.columns[self.since]
        return delete(self.row).where(column < (before.date() if column.type.python_type is date else before))

    def fields(self, row: Row[Any]) -> dict[str, Any]:
        """Show a row as JSON can hold it."""
        return {name: self._plain(name, value) for name, value in row._mapping.items()}  # noqa: SLF001 - its public name

    def _plain(self, name: str, value: Any) -> Any:  # noqa: ANN401 - a row's columns are not typed
        if isinstance(value, datetime):
            # SQLite keeps no time zone; what was written is UTC.
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        return json.loads(value) if value and name in self.packed else value
