"""The raw view needs no rows."""

from __future__ import annotations


def load(_products: int) -> None:
    """Do nothing."""
