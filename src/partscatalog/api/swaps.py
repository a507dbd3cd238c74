"""Serializers that a site puts in place of ours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from partscatalog.conf import get_settings, swap

if TYPE_CHECKING:
    from rest_framework.serializers import BaseSerializer

S = TypeVar("S", bound="BaseSerializer[Any]")


def is_swapped(name: str) -> bool:
    """Tell whether the site has a serializer of that name in place of ours."""
    return name in get_settings().SERIALIZERS


def serializer_class(name: str, ours: type[S]) -> type[S]:
    """Return the site's serializer of that name in ``SERIALIZERS``, else ours."""
    path = get_settings().SERIALIZERS.get(name)
    serializer: type[S] = swap(path) if path else ours
    return serializer


@cache
def presenter(ours: type[S]) -> S:
    """Return a serializer of ours whose fields are made once, to show any number of objects with.

    Only for one that looks at nothing but the object. A site's own is made anew for each request.
    """
    return ours()
