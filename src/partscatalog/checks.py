"""System checks: one id per mistake a site can make in its settings."""

from __future__ import annotations


def register() -> None:
    """Register the checks with Django."""
