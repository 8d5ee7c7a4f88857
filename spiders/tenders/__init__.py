"""Tender sites."""
