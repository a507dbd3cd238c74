"""What the catalog keeps in the site's cache, which may be away or hold what others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partscatalog import caching
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Away = caching.Away
UNREADABLE = caching.UNREADABLE
PREFIX = "partscatalog:catalog:"

#: What each kind of value is that is read; another one was not written by us.
KINDS = {
    "about": list,
    "body": bytes,
    "change": list,
    "drained": int,
    "number": int,
    "reached": list,
    "told": int,
    "trial": int,
}


def get_many(names: Iterable[str]) -> dict[str, Any]:
    """Return what the cache holds of the names; a value that cannot be read is as good as none.

    :raises Away: when it cannot be asked.
    """
    keys = {PREFIX + name: name for name in names}
    try:
        found: dict[str, Any] = _call("get_many", list(keys))
    except UNREADABLE:
        found = {key: value for key in keys if (value := _readable(key)) is not None}
    return {keys[key]: value for key, value in found.items() if isinstance(value, _kind(keys[key]))}


def set_many(values: Mapping[str, Any], seconds: float) -> None:
    """Keep the values for so long.

    :raises Away: when they cannot be kept.
    """
    _call("set_many", {PREFIX + name: value for name, value in values.items()}, seconds)


def add(name: str, value: Any, seconds: float | None) -> bool:
    """Keep the value unless there is one, and tell whether it was kept.

    :raises Away: when the cache cannot be asked.
    """
    answer = _call("add", PREFIX + name, value, seconds)
    if answer is None:
        # A cache that hides its errors.
        raise leave()
    return bool(answer)


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
        number = _call("incr", PREFIX + name)
    except ValueError:
        return None
    if not isinstance(number, int):
        raise leave()
    return number


def leave() -> Away:
    """Leave the cache alone for a while, and return what to raise: it does not keep what it is given."""
    return caching.leave(get_settings().CATALOG_CACHE)


def _call(method: str, *args: Any) -> Any:
    alias = get_settings().CATALOG_CACHE
    if not caching.is_counting(alias):
        # Of two changes at once it would number one, and the other would end nothing.
        raise Away
    return caching.ask(alias, method, *args)


def _kind(name: str) -> type:
    return KINDS[name.partition(":")[0]]


def _readable(key: str) -> Any:
    try:
        return _call("get", key)
    except UNREADABLE:
        return None
