"""What a list linked when it was read, so that one that stays as it is can be held to it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("frontier", sa.Column("links", sa.Text))
