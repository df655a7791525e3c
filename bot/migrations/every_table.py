"""Every table there is: each module that has some is imported here, once."""

from __future__ import annotations

from sqlalchemy import MetaData, Table

from bot.fleet import duties, leases  # noqa: F401
from bot.memory import conversations, deliveries, erasures, feedback, gaps, profiles, usage  # noqa: F401
from knowledge import sources, tables  # noqa: F401
from knowledge.database import Base

METADATA: MetaData = Base.metadata
# Each after those that its rows point to.
TABLES: tuple[Table, ...] = tuple(METADATA.sorted_tables)
