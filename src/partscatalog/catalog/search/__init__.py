"""Search: what a query says, how it is found plainly on any database, and how by PostgreSQL's full text."""

from __future__ import annotations

from partscatalog.catalog.search.query import MAX_LENGTH, MAX_WORDS, Query

__all__ = ["MAX_LENGTH", "MAX_WORDS", "Query"]
