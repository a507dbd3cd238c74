"""One thread of a process makes what several want at the same time, and the others take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: How long a thread waits for another one before it makes the thing itself.
PATIENCE_SECONDS = 5.0


@dataclass(eq=False)
class _Flight:
    """One making: whether it is over, what it made, and the one after it for those who came too late."""

    is_over: Event = field(default_factory=Event)
    made: Any = None
    _next: _Flight | None = None

    def next(self) -> tuple[_Flight, bool]:
        """Return the flight after this one, and whether it is the caller who makes it."""
        with _boarding:
            if self._next is not None:
                return self._next, False
            self._next = _Flight()
            return self._next, True


_boarding = Lock()
_under_way: dict[str, _Flight] = {}


def share(key: str, make: Callable[[], T]) -> T:
    """Return what ``make`` returns, called after this was: by this thread, or by one that wants the same.

    Whoever finds another one making it waits, and takes what the next one makes: the first may have read its
    rows before a change that this caller knows of. So it is made once more for all who come meanwhile. One
    who waits too long, or for one who fails, makes it alone.
    """
    flight = _Flight()
    under_way = _under_way.setdefault(key, flight)
    if under_way is not flight:
        if not under_way.is_over.wait(PATIENCE_SECONDS):
            return make()
        flight, is_mine = under_way.next()
        if not is_mine:
            flight.is_over.wait(PATIENCE_SECONDS)
            return make() if flight.made is None else flight.made
        _under_way.setdefault(key, flight)
    try:
        flight.made = made = make()
        return made
    finally:
        if _under_way.get(key) is flight:
            del _under_way[key]
        flight.is_over.set()
