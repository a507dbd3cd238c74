"""A session engine: rows with copies in the cache, and the rows alone while the cache is away.

Name it as ``SESSION_ENGINE``. It is Django's ``cached_db``, but that whatever the cache does ends no request,
and that one that hangs is left alone for a while instead of being waited for at every step.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import cached_db
from django.core.cache.backends.base import BaseCache

from partscatalog import caching


class Copies(BaseCache):
    """The copies of sessions; while the cache is away there are none and none are kept.

    A login is never kept: its copy would outlive a logout that a cache was away for.
    """

    def __init__(self) -> None:
        super().__init__({})

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = self._ask("get", key)
        return found if isinstance(found, dict) and SESSION_KEY not in found else default

    def set(self, key: str, value: Any, timeout: float | None = None, version: int | None = None) -> None:
        if SESSION_KEY in value:
            self.delete(key)
        else:
            self._ask("set", key, value, timeout)

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("delete", key))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("has_key", key))

    def _ask(self, method: str, *args: Any) -> Any:
        try:
            return caching.ask(settings.SESSION_CACHE_ALIAS, method, *args)
        except (caching.Away, *caching.UNREADABLE):
            return None


class SessionStore(cached_db.SessionStore):
    """Django's, with the copies as above."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache = Copies()
