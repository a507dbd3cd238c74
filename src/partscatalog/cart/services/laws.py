"""The laws of carts: one line per product, one open cart per user, a closed one is nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from partscatalog.cart.models import Cart, CartLine

if TYPE_CHECKING:
    from collections.abc import Iterator


def violations() -> Iterator[str]:
    """Yield a text for each cart that breaks a law."""
    yield from _doubled_lines()
    yield from _owners()
    yield from _second_carts()


def _doubled_lines() -> Iterator[str]:
    lines = CartLine.objects.order_by().values("cart", "product").annotate(count=Count("pk"))
    for cart, product, count in lines.filter(count__gt=1).values_list("cart", "product", "count"):
        yield f"Cart {cart} has {count} lines of product {product}."


def _owners() -> Iterator[str]:
    """``open_for`` is the user of an open cart; a closed one is found by no user and no session."""
    is_open = Q(status=Cart.Status.OPEN)
    is_right = is_open & (Q(user=None, open_for=None) | Q(open_for=F("user"), open_in=None))
    is_right |= ~is_open & Q(open_for=None, open_in=None)
    for pk, state in Cart.objects.exclude(is_right).values_list("pk", "status").order_by("pk"):
        yield f"Cart {pk} is {state} and is held open for somebody else than its owner."


def _second_carts() -> Iterator[str]:
    users = Cart.objects.open().exclude(user=None).order_by().values("user").annotate(count=Count("pk"))
    for user, count in users.filter(count__gt=1).values_list("user", "count"):
        yield f"User {user} has {count} open carts."
