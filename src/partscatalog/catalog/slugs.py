"""Slugs: made once from a name in any script, never empty, unique by a suffix, also under races."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from anyascii import anyascii
from django.db import IntegrityError, transaction
from django.utils.text import slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from django.db import models

MAX_LENGTH = 120
#: Words that stand in URLs where a slug would.
RESERVED = frozenset({"facets"})
#: Plain numbered suffixes tried before a random one ends the search.
NUMBERED = 20


def candidates(name: str, fallback: str) -> Iterator[str]:
    """Yield slugs for a name, the nicest first and without end; ``fallback`` where nothing is left of it."""
    base = slugify(anyascii(name))[: MAX_LENGTH - 10].strip("-") or fallback
    if base not in RESERVED:
        yield base
    for number in range(2, NUMBERED):
        yield f"{base}-{number}"
    while True:
        yield f"{base}-{token_hex(4)}"


def save_with_slug(row: models.Model, save: Callable[[], None], *, name: str, fallback: str) -> None:
    """Save a new row under the first slug that is free; the unique column decides, not a look-up.

    The first statement is the insert, so that SQLite in its default mode waits for its turn.

    :raises IntegrityError: when the row is refused for another reason than its slug.
    """
    manager = type(row)._base_manager
    for tries, slug in enumerate(candidates(name, fallback)):
        if tries and manager.filter(slug=slug).exists():
            continue
        row.slug = slug  # type: ignore[attr-defined]
        try:
            with transaction.atomic(using=row._state.db):
                save()
        except IntegrityError:
            if manager.filter(slug=slug).exists():
                continue
            raise
        return


def taken(model: type[models.Model], wanted: Collection[str]) -> set[str]:
    """Return which of the slugs are in use."""
    found = model._base_manager.filter(slug__in=wanted).order_by()
    return set(found.values_list("slug", flat=True))


def name_all(rows: Sequence[models.Model], *, fallback: str, kept: Collection[str] = ()) -> None:
    """Give new rows slugs that differ from each other, from ``kept`` and from those in use now.

    One query a round: rows whose slug is in use go on to their next candidate. The unique column decides
    when the rows are saved.
    """
    used = set(kept)
    waiting = [(row, candidates(row.name, fallback)) for row in rows]  # type: ignore[attr-defined]
    while waiting:
        for row, proposals in waiting:
            row.slug = next(slug for slug in proposals if slug not in used)  # type: ignore[attr-defined]
            used.add(row.slug)  # type: ignore[attr-defined]
        in_use = taken(type(waiting[0][0]), [row.slug for row, _ in waiting])  # type: ignore[attr-defined]
        waiting = [(row, proposals) for row, proposals in waiting if row.slug in in_use]  # type: ignore[attr-defined]
