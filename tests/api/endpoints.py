"""Every JSON endpoint of the shop, as its own URLs name it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.urls import get_resolver

from partscatalog.api.views import ShopView

if TYPE_CHECKING:
    from collections.abc import Iterator


def _routes(resolver: Any, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern, route)
        else:
            yield route, getattr(pattern.callback, "cls", None)


def path_of(route: str, *, number: str = "1", text: str = "x") -> str:
    """Return a path of the route, with these in place of its parameters."""
    return re.sub(r"<str:\w+>", text, re.sub(r"<int:\w+>", number, route))


#: Route, then the view's class.
ENDPOINTS: dict[str, Any] = {
    route: view for route, view in _routes(get_resolver()) if view and issubclass(view, ShopView)
}
METHODS = ["get", "post", "put", "patch", "delete", "options", "trace"]


def methods_of(view: Any) -> set[str]:
    """Return the methods that a view answers, beside HEAD."""
    return {method for method in METHODS if method != "options" and hasattr(view, method)}
