"""Articles, quarantine, dead letters and runs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("stored_at", sa.String(32), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("canonical_url", sa.Text, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("published_at", sa.String(32)),
        sa.Column("published_raw", sa.Text),
        sa.Column("publisher", sa.Text),
        sa.Column("authors", sa.JSON),
        sa.Column("editor", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("section", sa.Text),
        sa.Column("tags", sa.JSON),
        sa.Column("fetched_at", sa.String(32)),
        sa.Column("encoding", sa.String(32)),
        sa.Column("script", sa.String(8)),
        sa.Column("damages", sa.JSON),
        sa.Column("dropped", sa.JSON),
        sa.Column("quality", sa.Float),
        sa.Column("template", sa.Text),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("reprint_of", sa.Text),
        sa.Column("archive", sa.Text),
        sa.Column("schema_version", sa.Integer),
        sa.Column("stage", sa.Text),
        sa.Column("project", sa.Text),
        sa.Column("project_number", sa.Text),
        sa.Column("purchaser", sa.Text),
        sa.Column("agency", sa.Text),
        sa.Column("budget_cny", sa.Float),
        sa.Column("awards", sa.JSON),
        sa.Column("deadline", sa.String(32)),
        sa.Column("opening_at", sa.String(32)),
        sa.Column("contact", sa.Text),
        sa.Column("stated", sa.JSON),
    )
    op.create_index("articles_version", "articles", ["canonical_url", "version"], unique=True)
    op.create_index("articles_source", "articles", ["source", "is_current"])
    op.create_index("articles_reprint_of", "articles", ["reprint_of"])
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("run", sa.Integer),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("title", sa.Text),
        sa.Column("text", sa.Text),
        sa.Column("archive", sa.Text),
        sa.Column("dropped", sa.JSON),
    )
    op.create_index("quarantine_url", "quarantine", ["url", "reason"])
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("run", sa.Integer),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("archive", sa.Text),
        sa.Column("replayed_at", sa.String(32)),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("reasons", sa.JSON),
        sa.Column("outcomes", sa.JSON),
    )
