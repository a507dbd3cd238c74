"""The rows of a shop: the demo's invented parts with keys, moments and pictures, the same in every run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, NamedTuple

from shop.demo.parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shop.demo.parts import Part

#: The first products are sold in any number: carts and orders are made of them.
SOLD_FREELY = 300
PLENTY = 1_000_000
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
#: So many products share a moment, as imported ones do.
AT_ONCE = 4
#: Every third product has a second picture.
SECOND_PICTURE = 3


class Row(NamedTuple):
    pk: int
    part: Part
    stock: int
    is_active: bool
    created_at: datetime


class Picture(NamedTuple):
    product: int
    position: int
    name: str
    alt_text: str


def rows(number: int) -> Iterator[Row]:
    """Yield the first products; a larger shop begins with the whole smaller one."""
    for pk, part in zip(count(1), islice(parts(), number), strict=False):
        moment = BEGUN + timedelta(seconds=pk // AT_ONCE)
        is_free = pk <= SOLD_FREELY
        yield Row(pk, part, PLENTY if is_free else part.stock, is_free or part.is_active, moment)


def pictures(number: int) -> Iterator[Picture]:
    """Yield the pictures of the first products."""
    for pk in range(1, number + 1):
        for position in range(2 if pk % SECOND_PICTURE == 0 else 1):
            yield Picture(pk, position, f"{pk:08x}{position}", f"Product {pk}, picture {position + 1}")
