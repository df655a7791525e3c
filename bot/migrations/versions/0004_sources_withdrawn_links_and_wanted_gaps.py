"""Sources that moderators add; guides withdrawn; links of chunks; gaps somebody waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "sources",
        sa.Column("guide_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guide_id", name=op.f("pk_sources")),
    )
    op.add_column("chunks", sa.Column("link", sa.Text(), nullable=False, server_default=""))
    op.add_column("editions", sa.Column("withdrawn", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("gaps", sa.Column("wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("gaps", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
