"""Alembic's entry: runs migrations on the connection that `upgrade` hands over."""

from __future__ import annotations

from alembic import context

# Imported for their tables, so that a test can compare them with the migrations.
import bot.fleet.duties
import bot.fleet.leases
import bot.memory.conversations
import bot.memory.deliveries
import bot.memory.erasures
import bot.memory.feedback
import bot.memory.gaps
import bot.memory.profiles
import bot.memory.usage  # noqa: F401
import knowledge.library  # noqa: F401
from knowledge.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
