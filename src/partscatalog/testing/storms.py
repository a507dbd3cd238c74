"""Let many requests meet at once, each in a thread with a database connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from unittest.mock import patch

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class Outcomes(Generic[T]):
    """What a storm's calls came to: each a value or an exception, in the order of the calls."""

    all: tuple[T | Exception, ...]

    @property
    def values(self) -> list[T]:
        return [outcome for outcome in self.all if not isinstance(outcome, Exception)]

    @property
    def errors(self) -> list[Exception]:
        return [outcome for outcome in self.all if isinstance(outcome, Exception)]


def storm(calls: Sequence[Callable[[], T]], *, timeout: float = 60) -> Outcomes[T]:
    """Run the calls at once and return what they came to; their exceptions are outcomes, not raised.

    The test needs real transactions (``django_db(transaction=True)``) and a database that threads
    share, so not SQLite in memory.

    :raises TimeoutError: when a call takes longer than the seconds given.
    """
    start = Barrier(len(calls))
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        futures = [pool.submit(_run, start, call) for call in calls]
        return Outcomes(tuple(future.result(timeout) for future in futures))


@contextmanager
def meeting(target: Any, name: str, *, parties: int, patience: float = 2) -> Iterator[None]:
    """Let every caller of ``target.name`` wait, after it has run, until so many have run it.

    Put between a read and the write that follows, it makes a race certain. Where a guard lets one
    caller through at a time the others never come: then the wait ends after ``patience`` seconds.
    """
    original = getattr(target, name)
    barrier = Barrier(parties)

    def run_and_wait(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        _wait(barrier, patience)
        return result

    with patch.object(target, name, run_and_wait):
        yield


def _run(start: Barrier, call: Callable[[], T]) -> T | Exception:
    try:
        start.wait(timeout=30)
        return call()
    except Exception as error:  # noqa: BLE001  # whatever a call raises is its outcome
        return error
    finally:
        connections.close_all()


def _wait(barrier: Barrier, patience: float) -> None:
    try:
        barrier.wait(patience)
    except BrokenBarrierError:
        return
