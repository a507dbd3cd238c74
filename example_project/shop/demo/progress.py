"""A progress bar for people: it draws nothing where its stream is no terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")

WIDTH = 30


@dataclass(frozen=True, slots=True)
class Progress:
    stream: TextIO

    def over(self, items: Iterable[T], *, label: str, total: int) -> Iterator[T]:
        """Pass the items on and show how many of them have been used."""
        if total == 0 or not self.stream.isatty():
            yield from items
            return
        for done, item in enumerate(items):
            self._show(label, done, total)
            yield item
        self._show(label, total, total)
        self.stream.write("\n")

    def _show(self, label: str, done: int, total: int) -> None:
        # A terminal is asked a hundred times at most, whatever the number of items.
        if done and done != total and done * 100 // total == (done - 1) * 100 // total:
            return
        bar = ("#" * (done * WIDTH // total)).ljust(WIDTH, ".")
        self.stream.write(f"\r{label:<10} [{bar}] {done:,} of {total:,}")
        self.stream.flush()
