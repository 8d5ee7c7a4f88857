"""Decoding and repair of damaged text, by evidence."""
