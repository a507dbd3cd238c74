"""Serializers that a site puts in place of ours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from partscatalog.conf import get_settings, swap

if TYPE_CHECKING:
    from rest_framework.serializers import BaseSerializer


def is_swapped(name: str) -> bool:
    """Tell whether the site has a serializer of that name in place of ours."""
    return name in get_settings().SERIALIZERS


def show(name: str, ours: type[BaseSerializer[Any]], found: Any, request: Any) -> Any:
    """Return an object, or a list of objects, as the site's serializer of that name shows it, else ours."""
    path = get_settings().SERIALIZERS.get(name)
    serializer = swap(path) if path else ours
    return serializer(found, many=isinstance(found, list), context={"request": request}).data


def present(ours: Any, found: Any) -> Any:
    """Return an object, or a list of objects, as a serializer of ours shows it that looks at nothing else.

    Its fields are made once. A site's own is made anew for each request, which it may look at.
    """
    return _presenter(ours, many=isinstance(found, list)).to_representation(found)


@cache
def _presenter(ours: Any, *, many: bool) -> Any:
    return ours(many=many)
