"""Slugs: made once from a name in any script, never empty, unique by a suffix, also under races."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from anyascii import anyascii
from django.db import IntegrityError, transaction
from django.utils.text import slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    :raises IntegrityError: when the row is refused for another reason than its slug.
    """
    manager = type(row)._base_manager
    for slug in candidates(name, fallback):
        if manager.filter(slug=slug).exists():
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
