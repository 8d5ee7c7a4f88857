"""Alembic's revisions: each says how one schema becomes the next."""
