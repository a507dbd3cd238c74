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
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from partscatalog.catalog.cache import store
from partscatalog.catalog.models import CatalogChange, StockMovement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Reach = CatalogChange.Reach

#: How often rows are looked for that the cache was not told of.
DRAIN_SECONDS = 2
#: How long a transaction may last between writing its row and its commit, to be found for sure.
OVERLAP_SECONDS = 120
#: Most changes that one drain tells one by one, and most products that one entry names.
MOST_ROWS = 2_000
MOST_PRODUCTS = 200
#: How long numbers and entries are kept: longer than any answer.
ENTRY_SECONDS = 2 * 60 * 60
TOLD_SECONDS = 10 * 60
#: How long rows are kept for caches that were away.
KEPT = timedelta(days=7)

NUMBER = "number"
DRAINED = "drained"
MARKS = "marks"

#: A change as the cache keeps it: its reach, and the products it is about; none for all of them.
Entry = tuple[str, list[int] | None]


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


def between(first: int, last: int) -> list[Entry] | None:
    """Return the changes after the first number up to the last; None where not all of them are known.

    :raises Away: when the cache cannot be asked.
    """
    if not 0 <= last - first <= MOST_PRODUCTS:
        return None
    names = [f"change:{number}" for number in range(first + 1, last + 1)]
    found = store.get_many(names)
    return [tuple(found[name]) for name in names] if len(found) == len(names) else None


def drain() -> None:
    """Number the changes whose commit the cache was not told of. The database is asked twice.

    :raises Away: when the cache cannot be asked.
    """
    found = store.get_many([MARKS, NUMBER])
    if NUMBER not in found:
        _start()
        return
    now, marks = time.time(), found.get(MARKS, [])
    rows, ends = _rows_since(marks[0][1:] if marks else None)
    if rows is None:
        _tell((Reach.ALL, None), [])
    else:
        _tell_untold(rows)
    young = [mark for mark in marks if mark[0] > now - OVERLAP_SECONDS]
    older = [mark for mark in marks if mark[0] <= now - OVERLAP_SECONDS][-1:]
    store.set_many({MARKS: [*older, *young, [now, *ends]]}, ENTRY_SECONDS)


def _start() -> None:
    """Begin to count in a cache that has no number: whatever it may hold was kept under earlier ones."""
    store.set_many({MARKS: [[time.time(), *_last_keys()]]}, ENTRY_SECONDS)
    store.add(NUMBER, _new_number(), ENTRY_SECONDS * 12)


def _rows_since(ends: Sequence[int] | None) -> tuple[dict[str, Entry] | None, list[int]]:
    """Return the changes after these keys of the two tables by their names, and the last keys.

    None where nobody knows since when, or there are more than can be told one by one.
    """
    if ends is None:
        return None, _last_keys()
    movements = list(
        StockMovement.objects.filter(pk__gt=ends[0])
        .order_by("pk")
        .values_list("pk", "product_id")[: MOST_ROWS + 1]
    )
    changes = list(
        CatalogChange.objects.filter(pk__gt=ends[1])
        .order_by("pk")
        .values_list("pk", "reach", "product_id")[: MOST_ROWS + 1]
    )
    if max(len(movements), len(changes)) > MOST_ROWS:
        return None, _last_keys()
    rows: dict[str, Entry] = {f"m{pk}": (Reach.STOCK, [product]) for pk, product in movements if product}
    rows |= {f"c{pk}": (reach, None if product is None else [product]) for pk, reach, product in changes}
    last = [movements[-1][0] if movements else ends[0], changes[-1][0] if changes else ends[1]]
    return rows, last


def _last_keys() -> list[int]:
    return [_last_key(StockMovement), _last_key(CatalogChange)]


def _last_key(model: type[StockMovement | CatalogChange]) -> int:
    last: int | None = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def _tell_untold(rows: dict[str, Entry]) -> None:
    told = store.get_many([f"told:{name}" for name in rows]) if rows else {}
    for name, entry in rows.items():
        if f"told:{name}" not in told:
            _tell(entry, [name])


def _tell_later(entry: Entry, names: Sequence[str]) -> None:
    transaction.on_commit(lambda: _tell_if_possible(entry, names), robust=True)


def _tell_if_possible(entry: Entry, names: Sequence[str]) -> None:
    try:
        _tell(entry, names)
    except store.Away:
        # The rows are there: the first reader after the cache came back tells it.
        return


def _tell(entry: Entry, names: Iterable[str]) -> None:
    """Put a change under the next number, which ends what it reaches for every reader."""
    number = store.increment(NUMBER)
    if number is None:
        _start()
        number = store.increment(NUMBER)
    store.set_many({f"change:{number}": list(entry)}, ENTRY_SECONDS)
    store.set_many({f"told:{name}": 1 for name in names}, TOLD_SECONDS)


def _new_number() -> int:
    """Return a number above all that were counted before: microseconds pass faster than changes."""
    return time.time_ns() // 1_000


def _names(rows: Iterable[StockMovement | CatalogChange], table: str) -> list[str]:
    return [f"{table}{row.pk}" for row in rows]


def _named(product_ids: Collection[int] | None) -> list[int] | None:
    if product_ids is None or len(product_ids) > MOST_PRODUCTS:
        return None
    return sorted(product_ids)
