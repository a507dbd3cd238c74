"""The site's caches, behind breakers: one that is away costs one timeout and then nothing for a while."""

from __future__ import annotations

import logging
import pickle
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Hashable

logger = logging.getLogger(__name__)

#: How long a cache that failed is left alone.
REST_SECONDS = 2.0

#: What a cache raises about a value that something else wrote, such as another serializer, and where it may.
UNREADABLE = (ValueError, pickle.UnpicklingError)
READING = frozenset({"get", "get_many", "incr"})


class Away(Exception):
    """The cache failed, or did so a moment ago."""


def ask(alias: str, method: str, *args: Any) -> Any:
    """Return what a method of the cache returns; those that read pass errors of :data:`UNREADABLE` on.

    :raises Away: when it cannot be asked, for whatever reason.
    """
    breaker = _breaker(alias)
    if not breaker.may_pass():
        raise Away
    try:
        answer = getattr(caches[alias], method)(*args)
    except Exception as error:
        if method in READING and isinstance(error, UNREADABLE):
            # It did answer.
            breaker.mend()
            raise
        # Whatever a cache raises, such as what a port without a Redis says, its callers go on without it.
        breaker.trip()
        logger.warning("The cache %r does not answer (%s).", alias, type(error).__name__)
        raise Away from error
    breaker.mend()
    return answer


def is_counting(alias: str) -> bool:
    """Tell whether the cache counts in one step, not by reading a number and then writing the next one."""
    return _counts(settings.CACHES.get(alias, {}).get("BACKEND", ""))


@cache
def _counts(backend: str) -> bool:
    try:
        return bool(import_string(backend).incr is not BaseCache.incr)
    except ImportError:
        # Whoever asks it learns why.
        return True


def leave(alias: str) -> Away:
    """Leave the cache alone for a while, and return what to raise: it does not keep what it is given."""
    _breaker(alias).trip()
    return Away()


def wake() -> None:
    """Forget which caches failed; for tests."""
    _breakers.clear()


class Breaker:
    """Knows until when a cache is left alone; 0 while it answers."""

    def __init__(self) -> None:
        self.until = 0.0

    def may_pass(self) -> bool:
        """Tell whether a caller may ask the cache; of many after a rest, one."""
        now = time.monotonic()
        if now < self.until:
            return False
        if self.until:
            # While this one tries it again, the others still leave it alone.
            self.trip()
        return True

    def trip(self) -> None:
        self.until = time.monotonic() + REST_SECONDS

    def mend(self) -> None:
        self.until = 0.0


_breakers: dict[Hashable, Breaker] = {}


def _breaker(alias: str) -> Breaker:
    """Return the breaker of the cache's server; caches on one server share it. One a process."""
    cache = settings.CACHES.get(alias, {})
    server = (cache.get("BACKEND"), str(cache.get("LOCATION") or alias))
    return _breakers.setdefault(server, Breaker())
