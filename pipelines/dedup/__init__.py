"""Exact and near copies."""
