"""What a run was asked for, so that another goes on with its pass only if it asks for the same."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("runs", sa.Column("asked", sa.String(64)))
