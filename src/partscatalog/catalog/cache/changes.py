"""What ends a kept answer: changes, numbered in the cache after their commit.

A change is first a row of its own transaction (a stock movement, or a :class:`CatalogChange`), then an
entry in the cache under the next number. A kept answer remembers the number at which its rows were read, so
that one read before a commit and kept after it is seen to be old. What was committed and never numbered,
because the process or the cache died in between, is found by the first reader of every
:data:`DRAIN_SECONDS`, who looks for rows of which the cache knows nothing: nobody ever writes a row that all
orders would have to wait for.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.db import transaction
from django.db.models import F, Value
from django.utils import timezone

from partscatalog.catalog.cache import copies, store
from partscatalog.catalog.cache.progress import BACK, Progress
from partscatalog.catalog.models import CatalogChange, StockMovement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Reach = CatalogChange.Reach

#: How often rows are looked for that the cache was not told of. The documentation states a bound of twice as
#: long: to look takes a moment.
DRAIN_SECONDS = 1
#: Most rows of which one drain asks whether they were told, and most that it reads at all.
MOST_ROWS = 2_000
MOST_KEYS = 50_000
#: Most products that one entry names, and most entries that are looked through for one answer.
MOST_PRODUCTS = 200
MOST_LOOKED_THROUGH = 200
#: How long a process remembers entries at most.
REMEMBERED_SECONDS = 1.0
#: How long numbers and entries are kept: longer than any answer.
ENTRY_SECONDS = 2 * 60 * 60
TOLD_SECONDS = 10 * 60
#: How long rows are kept for caches that were away.
KEPT = timedelta(days=7)

NUMBER = "number"
DRAINED = "drained"
PROGRESS = "reached"
TRIAL = "trial"

#: A change as the cache keeps it: its reach, and the products it is about; none for all of them.
Entry = tuple[str, list[int] | None]


@dataclass(frozen=True)
class _Memory:
    """The entries that this process read lately, and the moment when it forgets them.

    Beside an older copy of the cache a number is used again, for another change.
    """

    over: float = 0.0
    entries: dict[int, Entry] = field(default_factory=dict)


@dataclass
class _Process:
    memory: _Memory = field(default_factory=_Memory)


_process = _Process()


class _Table(NamedTuple):
    """A table whose rows are changes, by the letter of their names in the cache, and what they reach."""

    letter: str
    model: type[StockMovement | CatalogChange]
    reach: F | Value


TABLES = (
    _Table("m", StockMovement, Value(str(Reach.STOCK))),
    _Table("c", CatalogChange, F("reach")),
)


class _Row(NamedTuple):
    name: str
    reach: str
    product: int | None


def record(
    reach: CatalogChange.Reach,
    product_ids: Collection[int] | None = None,
    *,
    movements: Sequence[StockMovement] = (),
) -> None:
    """Write down a change that the current transaction makes, and number it after the commit.

    Without ``product_ids`` it is about every product. The models' own ``save()`` and ``delete()`` and all
    services call it; call it yourself, in the same transaction, beside ``QuerySet.update()`` or raw SQL.
    ``movements`` are those that this change says enough of.
    """
    named = _named(product_ids)
    if named == []:
        return
    rows = CatalogChange.objects.bulk_create(
        CatalogChange(reach=reach, product_id=pk) for pk in (named if named else [None])
    )
    _tell_later((reach, named), [*_names(rows, "c"), *_names(movements, "m")])


def record_stock(movements: Sequence[StockMovement]) -> None:
    """Number a change of stock after the commit; its movements are the rows."""
    products = {movement.product_id for movement in movements if movement.product_id}
    _tell_later((Reach.STOCK, _named(products)), _names(movements, "m"))


def purge() -> int:
    """Delete the rows that every cache was told of long ago, and return how many."""
    over = timezone.now() - KEPT
    deleted, _per_model = CatalogChange.objects.filter(at__lt=over).delete()
    return deleted


def current(found: dict[str, Any]) -> int:
    """Return the number of the last change, of what was read of the cache; begin to count where it has none.

    :raises Away: when the cache cannot be asked, or keeps nothing.
    """
    number: int | None = found.get(NUMBER)
    if number is None:
        _start()
        number = store.get_many([NUMBER]).get(NUMBER)
    if number is None:
        raise store.leave()
    return number


def remembered(first: int, last: int) -> list[Entry] | None:
    """Return the changes after the first number up to the last as this process read them a moment ago.

    None where it did not read them all. Nothing may be kept that follows from them: see :func:`between`.
    """
    memory = _process.memory
    if time.monotonic() >= memory.over or not 0 <= last - first <= MOST_LOOKED_THROUGH:
        return None
    entries = [memory.entries.get(number) for number in range(first + 1, last + 1)]
    return None if None in entries else cast("list[Entry]", entries)


def between(first: int, last: int) -> list[Entry] | None:
    """Return the changes after the first number up to the last; None where not all of them are known.

    :raises Away: when the cache cannot be asked.
    """
    if not 0 <= last - first <= MOST_LOOKED_THROUGH:
        return None
    numbers = range(first + 1, last + 1)
    found = store.get_many([f"change:{number}" for number in numbers])
    if len(found) < len(numbers):
        return None
    entries: list[Entry] = [tuple(found[f"change:{number}"]) for number in numbers]
    if time.monotonic() >= _process.memory.over:
        _process.memory = _Memory(time.monotonic() + REMEMBERED_SECONDS)
    _process.memory.entries.update(zip(numbers, entries, strict=True))
    return entries


def drain() -> None:
    """Number the changes whose commit the cache was not told of. The database is asked twice.

    :raises Away: when the cache cannot be asked.
    """
    found = store.get_many([PROGRESS, NUMBER])
    number, (seen, *kept) = found.get(NUMBER), found.get(PROGRESS) or [0, *[None] * len(TABLES)]
    if number is not None and number < seen:
        # A number that went back is an old copy: what was told after it was made is not known under it.
        store.delete(NUMBER)
        store.delete(PROGRESS)
        number = None
    if number is None:
        _start()
        return
    read = [_read(table, done and Progress.load(done)) for table, done in zip(TABLES, kept, strict=True)]
    rows = [row for some, _progress in read for row in some or []]
    if len(rows) > MOST_ROWS or any(some is None for some, _progress in read):
        _tell((Reach.ALL, None), [])
    else:
        _tell_untold(rows)
    store.set_many({PROGRESS: _kept(number, [progress for _rows, progress in read])}, ENTRY_SECONDS)


def _start() -> None:
    """Begin to count in a cache that has no number: whatever it may hold was kept under earlier ones.

    :raises Away: when it cannot be asked, or cannot count; it must not hold a number that no change moves.
    """
    store.set_many({TRIAL: 1}, ENTRY_SECONDS)
    if store.increment(TRIAL) is None:
        raise store.leave()
    # Whoever begins at the same moment may have read earlier, and keep answers already: their progress stays.
    store.add(PROGRESS, _kept(0, [_read(table, None)[1] for table in TABLES]), ENTRY_SECONDS)
    store.add(NUMBER, _new_number(), ENTRY_SECONDS * 12)


def _kept(number: int, progress: Iterable[Progress]) -> list[Any]:
    """Return what the cache keeps of how far each table was read, and of a number that there was by then."""
    return [number, *(each.dump() for each in progress)]


def _read(table: _Table, progress: Progress | None) -> tuple[list[_Row] | None, Progress]:
    """Return the rows that were not read yet, and the progress with them.

    No rows but None where nobody knows which they are, or where they are too many.
    """
    now, all_rows = time.time(), table.model._default_manager.order_by()
    if progress:
        unread = all_rows.filter(progress.unread).values_list("pk", table.reach, "product_id")
        rows = list(unread[: MOST_KEYS + 1])
        if len(rows) <= MOST_KEYS:
            begun_with = set(progress.begun_with)
            named = [
                _Row(f"{table.letter}{pk}", reach, product)
                for pk, reach, product in rows
                if pk not in begun_with
            ]
            return named, progress.after([pk for pk, _reach, _product in rows], now)
    return None, Progress.begin(list(all_rows.order_by("-pk").values_list("pk", flat=True)[:BACK]), now)


def _tell_untold(rows: Sequence[_Row]) -> None:
    """Number those that nobody numbered, all of one reach at once.

    One that was numbered above the last number was so beside an older copy of the cache, or a part of it.
    """
    found = store.get_many([NUMBER, *(f"told:{row.name}" for row in rows)]) if rows else {}
    number = found.get(NUMBER, 0)
    untold: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if not 0 < found.get(f"told:{row.name}", 0) <= number:
            untold[row.reach].append(row)
    for reach, some in untold.items():
        products = {row.product for row in some}
        # A movement without a product is of one that was deleted, which is a change of its own.
        is_of_all = None in products and reach != Reach.STOCK
        _tell(
            (reach, None if is_of_all else _named([pk for pk in products if pk])), [row.name for row in some]
        )


def _tell_later(entry: Entry, names: Sequence[str]) -> None:
    transaction.on_commit(lambda: _tell_if_possible(entry, names), robust=True)


def _tell_if_possible(entry: Entry, names: Sequence[str]) -> None:
    try:
        _tell(entry, names)
    except store.Away:
        # The rows are there: the first reader after the cache came back tells it.
        return
    finally:
        copies.forget()


def _tell(entry: Entry, names: Iterable[str]) -> None:
    """Put a change under the next number, which ends what it reaches for every reader."""
    number = store.increment(NUMBER)
    if number is None:
        _start()
        number = store.increment(NUMBER)
    if number is None:
        raise store.leave()
    store.set_many({f"change:{number}": list(entry)}, ENTRY_SECONDS)
    store.set_many({f"told:{name}": number for name in names}, TOLD_SECONDS)


def _new_number() -> int:
    """Return a number above all that were counted before: microseconds pass faster than changes."""
    return time.time_ns() // 1_000


def _names(rows: Iterable[StockMovement | CatalogChange], table: str) -> list[str]:
    return [f"{table}{row.pk}" for row in rows]


def _named(product_ids: Collection[int] | None) -> list[int] | None:
    if product_ids is None or len(product_ids) > MOST_PRODUCTS:
        return None
    return sorted(product_ids)
