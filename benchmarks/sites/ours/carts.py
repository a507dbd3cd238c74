"""Buyers with filled carts, made in bulk: one cart of three lines each, spread or with one hot product.

Keys are far from all others, so that a key in the text of a statement says what it is the key of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from benchmarks.loading import bulk
from benchmarks.loading.rows import SOLD_FREELY
from partscatalog.api import tokens
from partscatalog.cart.models import Cart, CartLine
from partscatalog.catalog.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

FIRST_USER = 900_000_000
FIRST_CART = 700_000_000
LINES = 3
#: The products on the n-th line of the carts are those of the n-th part of what is sold freely.
PART = SOLD_FREELY // LINES


def product_of(number: int, line: int, *, hot: bool) -> int:
    """Return the product on a line of a cart, ascending along the lines; the hot one is on the first line."""
    return 1 + line * PART + (0 if hot and line == 0 else number % PART)


def make(number: int, *, hot: bool) -> int:
    """Make so many buyers with a full cart each, beside those there are, and return the first's number."""
    Product.objects.filter(pk__lte=SOLD_FREELY).update(stock=1_000_000_000)
    last = Cart.objects.filter(pk__gte=FIRST_CART).order_by("-pk").values_list("pk", flat=True).first()
    first = 0 if last is None else last - FIRST_CART + 1
    numbers = range(first, first + number)
    bulk.write(
        get_user_model(),
        ["id", "email"],
        ((FIRST_USER + n, f"buyer-{n}@benchmark.example") for n in numbers),
    )
    bulk.write(
        Cart,
        ["id", "user", "open_for"],
        ((FIRST_CART + n, FIRST_USER + n, FIRST_USER + n) for n in numbers),
    )
    prices = dict(Product.objects.filter(pk__lte=SOLD_FREELY).values_list("pk", "price"))
    bulk.write(CartLine, ["cart", "product", "quantity", "seen_price"], _lines(numbers, prices, hot=hot))
    bulk.settle()
    return first


def bearer(number: int) -> str:
    """Return what a buyer's ``Authorization`` header says."""
    return f"Bearer {tokens.issue(get_user_model()(pk=FIRST_USER + number), 'access')}"


def _lines(
    numbers: range, prices: Mapping[int, Decimal], *, hot: bool
) -> Iterator[tuple[int, int, int, str]]:
    for number in numbers:
        for line in range(LINES):
            product = product_of(number, line, hot=hot)
            yield FIRST_CART + number, product, 1, str(prices[product])
