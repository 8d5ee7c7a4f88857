"""Portals."""
