"""The site's cache, behind a breaker: a cache that is away costs one timeout and then nothing for a while."""

from __future__ import annotations

import logging
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

_rest_until = 0.0


class Away(Exception):
    """The cache failed, or did so a moment ago."""


def get_many(names: Iterable[str]) -> dict[str, Any]:
    """Return what the cache holds of the names.

    :raises Away: when it cannot be asked.
    """
    keys = {PREFIX + name: name for name in names}
    found: dict[str, Any] = _call("get_many", list(keys))
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
    return bool(_call("add", PREFIX + name, value, seconds))


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
        number: int = _call("incr", PREFIX + name)
    except ValueError:
        return None
    return number


def _call(method: str, *args: Any) -> Any:
    global _rest_until  # noqa: PLW0603  # one breaker a process
    if time.monotonic() < _rest_until:
        raise Away
    try:
        return getattr(caches[get_settings().CATALOG_CACHE], method)(*args)
    except ValueError:
        raise
    except Exception as error:
        # Whatever a cache raises, the catalog goes on from the database. While one caller tries it again
        # after the rest, the others still leave it alone.
        _rest_until = time.monotonic() + REST_SECONDS
        logger.warning("The catalog's cache does not answer (%s).", type(error).__name__)
        raise Away from error


def wake() -> None:
    """Forget that the cache failed; for tests."""
    global _rest_until  # noqa: PLW0603
    _rest_until = 0.0
