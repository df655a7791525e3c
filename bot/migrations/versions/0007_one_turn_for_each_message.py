"""One turn for each message, whichever process answers it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    turns = sa.table("turns", sa.column("id"), sa.column("message_id"))
    first = sa.select(sa.func.min(turns.c.id)).group_by(turns.c.message_id)
    again = turns.c.message_id.is_not(None), turns.c.id.not_in(first)
    op.execute(sa.delete(turns).where(*again))
    op.drop_index("ix_turns_message_id", "turns")
    op.create_index("ix_turns_message_id", "turns", ["message_id"], unique=True)
