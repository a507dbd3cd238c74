"""Laws of the shop's books that hold whenever no request runs; each app registers its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Functions that yield one line of text for each row that breaks a law of theirs, by app.
LAWS: dict[str, Callable[[], Iterable[str]]] = {}
