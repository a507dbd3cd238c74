"""Formats of the hostile project's language."""
