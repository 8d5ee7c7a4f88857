"""Aggregators and mirrors."""
