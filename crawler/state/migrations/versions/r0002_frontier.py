"""The frontier, the hosts' leases, and runs that have a heartbeat."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, and widen `source`: the generic spider's is `site:<host>`."""
    op.add_column("runs", sa.Column("owner", sa.String(64)))
    op.add_column("runs", sa.Column("heartbeat_at", sa.String(32)))
    op.add_column("runs", sa.Column("cycle", sa.Float))
    op.create_index("runs_source", "runs", ["source", "id"])
    if op.get_bind().dialect.name != "sqlite":  # which does not look at lengths
        for table in ("articles", "quarantine", "dead_letters", "runs"):
            op.alter_column(table, "source", type_=sa.String(128))
    op.create_table(
        "frontier",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("callback", sa.String(128), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("next_due", sa.Float),
        sa.Column("outcome", sa.String(12)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("owner", sa.String(64)),
        sa.Column("lease_until", sa.Float),
        sa.Column("first_seen", sa.Float, nullable=False),
        sa.Column("fetched_at", sa.Float),
        sa.Column("changed_at", sa.Float),
        sa.Column("revisit", sa.Float),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("archived", sa.Text),
    )
    op.create_index("frontier_key", "frontier", ["source", "key"], unique=True)
    op.create_index("frontier_due", "frontier", ["source", "status", "priority", "id"])
    op.create_index("frontier_next_due", "frontier", ["source", "status", "next_due"])
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("owner", sa.String(64)),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("since", sa.Float),
        sa.Column("wanted", sa.Float),
        sa.Column("last", sa.String(64)),
    )
