"""The site's cache, behind a breaker: a cache that is away costs one timeout and then nothing for a while."""

from __future__ import annotations

import logging
import pickle
import time
from typing import TYPE_CHECKING, Any

from django.core.cache import caches

from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

logger = logging.getLogger(__name__)

#: How long a cache that failed is left alone. With the time between two drains it bounds how long an answer
#: can be stale after a cache was away: see :mod:`partscatalog.catalog.cache.changes`.
REST_SECONDS = 2.0
PREFIX = "partscatalog:catalog:"

#: What a cache raises about a value that something else wrote, such as another serializer.
UNREADABLE = (ValueError, pickle.UnpicklingError)


class Away(Exception):
    """The cache failed, or did so a moment ago."""


def get_many(names: Iterable[str]) -> dict[str, Any]:
    """Return what the cache holds of the names; a value that cannot be read is as good as none.

    :raises Away: when it cannot be asked.
    """
    keys = {PREFIX + name: name for name in names}
    try:
        found: dict[str, Any] = _call("get_many", list(keys))
    except UNREADABLE:
        found = {key: value for key in keys if (value := _readable(key)) is not None}
    return {keys[key]: value for key, value in found.items()}


def set_many(values: Mapping[str, Any], seconds: float) -> None:
    """Keep the values for so long.

    :raises Away: when they cannot be kept.
    """
    _call("set_many", {PREFIX + name: value for name, value in values.items()}, seconds)


def add(name: str, value: Any, seconds: float | None) -> bool:
    """Keep the value unless there is one, and tell whether it was kept.

    :raises Away: when the cache cannot be asked.
    """
    return bool(_answered(_call("add", PREFIX + name, value, seconds)))


def delete(name: str) -> None:
    """Forget a value.

    :raises Away: when the cache cannot be asked.
    """
    _call("delete", PREFIX + name)


def increment(name: str) -> int | None:
    """Count a number up and return it; None where there is none.

    :raises Away: when the cache cannot be asked.
    """
    try:
        number: int = _answered(_call("incr", PREFIX + name))
    except ValueError:
        return None
    return number


def leave() -> Away:
    """Leave the cache alone for a while, and return what to raise: it does not keep what it is given."""
    _breaker.trip()
    return Away()


def wake() -> None:
    """Forget that the cache failed; for tests."""
    _breaker.mend()


class _Breaker:
    """Knows until when the cache is left alone; 0 while it answers."""

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


#: One a process.
_breaker = _Breaker()


def _call(method: str, *args: Any) -> Any:
    if not _breaker.may_pass():
        raise Away
    try:
        answer = getattr(caches[get_settings().CATALOG_CACHE], method)(*args)
    except UNREADABLE:
        # It did answer.
        _breaker.mend()
        raise
    except Exception as error:
        # Whatever a cache raises, the catalog goes on from the database.
        _breaker.trip()
        logger.warning("The catalog's cache does not answer (%s).", type(error).__name__)
        raise Away from error
    _breaker.mend()
    return answer


def _answered(answer: Any) -> Any:
    """Return what the cache answered; one that hides its errors answers None.

    :raises Away: then.
    """
    if answer is None:
        raise leave()
    return answer


def _readable(key: str) -> Any:
    try:
        return _call("get", key)
    except UNREADABLE:
        return None
