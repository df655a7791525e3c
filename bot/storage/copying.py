"""Copies all that is kept from one database to another, on whichever engines they are, without loss."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.migrations.every_table import TABLES
from knowledge.database import hold, reading, writing
from knowledge.engines import without_nul
from knowledge.errors import CoachError

# Rows that are in memory at once; the largest, a guide's vectors, have some 50 kB each.
_BATCH = 200
_MODULUS = 2**256


class CopyError(CoachError):
    """Nothing was copied, and the target is as it was; the text says why."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and a checksum of what is in them, in whatever order they come."""

    rows: int = 0
    digest: int = 0

    def plus(self, rows: Iterable[Collection[Any]]) -> Sum:
        """Return the sum with some rows more."""
        digests = [int.from_bytes(hashlib.sha256(_canonical(row)).digest()) for row in rows]
        return Sum(self.rows + len(digests), (self.digest + sum(digests)) % _MODULUS)


async def copy(source: AsyncEngine, target: AsyncEngine, *, replace: bool = False) -> dict[str, int]:
    """Copy every row, all of them or none; return how many there are, by table.

    Both must have the newest tables. What is copied is one state of the source, which may be written
    meanwhile. With `replace` the copy takes the place of what the target holds.

    Raises:
        CopyError: the target holds something and is not to be replaced; or it gives back other rows
            than were put in.
        StorageError: one of them cannot be reached, or has no room.

    """
    async with reading(source) as old, writing(target) as new:
        await new.run_sync(hold, "copying")
        if replace:
            for table in reversed(TABLES):
                await new.execute(table.delete())
        elif filled := await _filled(new):
            raise CopyError(f"The target is not empty (rows in {', '.join(filled)}). Nothing was copied.")
        sums = {table.name: await _copy_table(table, old, new) for table in TABLES}
        for table in TABLES:
            if await _sum_of(table, new) != sums[table.name]:
                raise CopyError(
                    f"The rows of {table.name} do not come back as they were put in. Nothing was copied."
                )
            await _set_sequence(table, new)
    return {name: each.rows for name, each in sums.items()}


async def holds_anything(engine: AsyncEngine) -> bool:
    """Whether there is a row in any table."""
    async with reading(engine) as db:
        return bool(await _filled(db))


async def _filled(db: AsyncConnection) -> list[str]:
    return [table.name for table in TABLES if (await db.execute(select(table).limit(1))).first()]


async def _copy_table(table: Table, old: AsyncConnection, new: AsyncConnection) -> Sum:
    copied = Sum()
    async for rows in _batches(table, old):
        copied = copied.plus(row.values() for row in rows)
        await new.execute(insert(table), rows)
    return copied


async def _sum_of(table: Table, db: AsyncConnection) -> Sum:
    found = Sum()
    async for rows in _batches(table, db):
        found = found.plus(row.values() for row in rows)
    return found


async def _batches(table: Table, db: AsyncConnection) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Yield a table's rows as every engine keeps them."""
    result = await db.stream(select(table))
    async for rows in result.mappings().partitions(_BATCH):
        yield [{name: _with_zone(without_nul(value)) for name, value in row.items()} for row in rows]


def _with_zone(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """SQLite forgets the time zone, which is UTC; PostgreSQL asks for one."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return value


def _canonical(row: Collection[Any]) -> bytes:
    return repr([value.isoformat() if isinstance(value, date) else value for value in row]).encode()


async def _set_sequence(table: Table, db: AsyncConnection) -> None:
    """Let PostgreSQL count on from the copied ids; SQLite does so by itself."""
    column = table.autoincrement_column
    if db.dialect.name != "postgresql" or column is None:
        return
    highest = await db.scalar(select(func.max(column)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        await db.execute(select(func.setval(sequence, highest)))
