"""Reduce what a provider sends to the few plain values that may be stored and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Longest text kept of a provider's answer.
TEXT_LIMIT = 255


def whitelist(data: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return the named fields that hold a text, a whole number or a boolean, safe for any database."""
    return {name: _plain(data[name]) for name in names if _is_plain(data.get(name))}


def storable(text: str) -> str:
    """Return the text cut short and without what JSON allows and PostgreSQL refuses: NUL, lone surrogates."""
    return text[:TEXT_LIMIT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def is_whole(value: object) -> bool:
    """Tell whether the value is a whole number, no boolean, that fits a database column."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_plain(value: object) -> bool:
    return isinstance(value, str | bool) or is_whole(value)


def _plain(value: object) -> object:
    return storable(value) if isinstance(value, str) else value
