"""Every table there is: each module that has some is imported here, once."""

from __future__ import annotations

from sqlalchemy import MetaData, Table

import bot.memory.conversations
import bot.memory.deliveries
import bot.memory.feedback
import bot.memory.gaps
import bot.memory.profiles
import bot.memory.usage
import knowledge.sources
import knowledge.tables  # noqa: F401
from knowledge.database import Base

METADATA: MetaData = Base.metadata
# Each after those that its rows point to.
TABLES: tuple[Table, ...] = tuple(METADATA.sorted_tables)
