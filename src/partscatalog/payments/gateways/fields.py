"""Read single fields of what a provider sends, and reduce it to the few that may be stored and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.payments.gateways.base import REFERENCE
from partscatalog.payments.gateways.transport import parse_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Longest text kept of a provider's answer.
TEXT_LIMIT = 255


def text(data: Mapping[str, object], name: str) -> str:
    """Return the field when it is a text, else nothing."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def reference(data: Mapping[str, object], name: str) -> str:
    """Return the field when it may be a reference of ours, else nothing."""
    value = text(data, name)
    return value if REFERENCE.fullmatch(value) else ""


def order_number(data: Mapping[str, object]) -> str:
    """Return the number of the order that our metadata holds, which may come back as text, else nothing."""
    metadata = data.get("metadata")
    if isinstance(metadata, str):
        metadata = parse_object(metadata.encode("utf-8", "replace"))
    number = text(metadata, "order_number") if isinstance(metadata, dict) else ""
    return number if number.isprintable() else ""


def whole(data: Mapping[str, object], name: str) -> int | None:
    """Return the field when it is a whole number that fits a database column."""
    value = data.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    return None


def whitelist(data: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return the named fields that hold a text, a whole number or a boolean, safe for any database."""
    kept: dict[str, object] = {}
    for name in names:
        value = data.get(name)
        if isinstance(value, str):
            kept[name] = storable(value)
        elif isinstance(value, bool) or whole(data, name) is not None:
            kept[name] = value
    return kept


def storable(value: str) -> str:
    """Return the text cut short and without what JSON allows and PostgreSQL refuses: NUL, lone surrogates."""
    return value[:TEXT_LIMIT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
