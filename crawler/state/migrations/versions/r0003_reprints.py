"""Ranks of articles, a person's decisions on reprints, and one address for http and https."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Where both are stored, both rows stay.
_RESPELL = (
    "UPDATE articles SET {column} = 'http' || substr({column}, 6) WHERE {column} LIKE 'https://%'"
    " AND NOT EXISTS (SELECT 1 FROM articles AS other"
    " WHERE other.canonical_url = 'http' || substr(articles.{column}, 6))"
)


def upgrade() -> None:
    """Add the column and the table, and respell the keys."""
    op.add_column("articles", sa.Column("rank", sa.Integer))
    op.create_table(
        "reprint_decisions",
        sa.Column("a", sa.Text, primary_key=True),
        sa.Column("b", sa.Text, primary_key=True),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.Text),
    )
    op.create_index("reprint_decisions_b", "reprint_decisions", ["b"])
    for column in ("reprint_of", "canonical_url"):
        op.execute(_RESPELL.format(column=column))
