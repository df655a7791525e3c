"""When a guided conversation was last gone on with, so that it can grow old."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    # What is there already counts as new: nobody knows better.
    now = sa.func.current_timestamp()
    with op.batch_alter_table("guided") as batch_op:
        batch_op.add_column(
            sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=now)
        )
