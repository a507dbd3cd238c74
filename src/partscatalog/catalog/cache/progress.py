"""How far a table of changes was read: its last key, and the gaps below it.

A key is given out before its row is committed, so that a row may appear below others that were read already.
The keys that were passed over are looked for until no transaction can be as old as they are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: How long a transaction may last between writing its row and its commit, to be found for sure.
OVERLAP_SECONDS = 120
#: Where nothing is known yet, so many keys below the last one may be those of open transactions.
BACK = 1_000
#: Most gaps that one reading adds, and most in all; more are looked at as one, with what lies between them.
MOST_NEW = 5
MOST_GAPS = 300


class Gap(NamedTuple):
    """Keys without a row, and since when they are known."""

    first: int
    last: int
    since: float


@dataclass(frozen=True)
class Progress:
    """What was read: all up to the last key, but for the gaps."""

    last: int
    gaps: tuple[Gap, ...] = ()
    #: Keys above the lowest gap whose rows were there at the beginning: a gap of many has them in it, and
    #: nobody is to be told of them.
    begun_with: tuple[int, ...] = ()

    @classmethod
    def begin(cls, keys: Sequence[int], now: float) -> Progress:
        """Begin behind the highest keys of a table, of which :data:`BACK` are given."""
        last = max(keys, default=0)
        return cls(max(0, last - BACK), begun_with=tuple(sorted(keys))).after(keys, now)

    @classmethod
    def load(cls, kept: Sequence[Any]) -> Progress:
        """Return what :meth:`dump` wrote."""
        last, gaps, begun_with = kept
        return cls(last, tuple(Gap(*gap) for gap in gaps), tuple(begun_with))

    def dump(self) -> list[Any]:
        """Return it as a cache keeps it."""
        return [self.last, [list(gap) for gap in self.gaps], list(self.begun_with)]

    @property
    def unread(self) -> Q:
        """The condition of rows that were not read."""
        unread = Q(pk__gt=self.last)
        for gap in self.gaps:
            unread |= Q(pk__range=(gap.first, gap.last))
        return Q(pk__gte=self.lowest) & unread

    @property
    def lowest(self) -> int:
        """The lowest key that may be read."""
        return min((gap.first for gap in self.gaps), default=self.last + 1)

    def after(self, keys: Sequence[int], now: float) -> Progress:
        """Return the progress once the rows of these keys, all that are :attr:`unread`, were read."""
        keys = sorted(keys)
        last = max([self.last, *keys[-1:]])
        gaps = [
            Gap(first, end, gap.since)
            for gap in self.gaps
            if gap.since > now - OVERLAP_SECONDS
            for first, end in _holes(gap.first, gap.last, keys)
        ]
        new = [Gap(first, end, now) for first, end in _holes(self.last + 1, last, keys)]
        done = Progress(last, _few([*gaps, *_few(new, MOST_NEW)], MOST_GAPS))
        return replace(done, begun_with=self.begun_with[bisect_left(self.begun_with, done.lowest) :])


def _holes(first: int, last: int, keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the ranges from first to last in which there is none of the keys, which are sorted."""
    for key in keys[bisect_left(keys, first) : bisect_right(keys, last)]:
        if first < key:
            yield first, key - 1
        first = key + 1
    if first <= last:
        yield first, last


def _few(gaps: Sequence[Gap], most: int) -> tuple[Gap, ...]:
    if len(gaps) <= most:
        return tuple(gaps)
    ends = [gap.last for gap in gaps]
    return (Gap(min(gap.first for gap in gaps), max(ends), max(gap.since for gap in gaps)),)
