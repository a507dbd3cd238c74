"""Change what a cart holds: one line's quantity, a line taken out, everything taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.cart.models import CartLine
from partscatalog.cart.services import limits, locking
from partscatalog.catalog.pricing import price_rule
from partscatalog.exceptions import NotFound
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.cart.models import Cart

#: product.md shows this text, so it is the same in every language.
OUT_OF_STOCK = "Cannot increase quantity. Product is out of stock."


@writing
def set_quantity(*, cart: Cart, item: int, quantity: int | None, user: AbstractBaseUser | None) -> int:
    """Set a line's quantity, or raise it by one where none is given, and return the new one.

    :raises NotFound: when the cart has no such line, or was ordered meanwhile.
    :raises OutOfStock: when that would raise it above the stock.
    :raises CartLimit: when that would raise it above what a line may hold, or fill too many lines.
    """
    line = _locked_line(cart, item)
    wanted = line.quantity + 1 if quantity is None else quantity
    limits.verify_quantity(wanted, held=line.quantity, available=line.available, text=OUT_OF_STOCK)
    if not line.quantity:
        limits.verify_room(lines=cart.lines.filter(quantity__gt=0).count())
    price = price_rule().unit_price(line.product, wanted, user)
    cart.lines.filter(pk=item).update(quantity=wanted, wanted=None, seen_price=price)
    return wanted


@writing
def remove(*, cart: Cart, item: int) -> None:
    """Take a line out of the cart.

    :raises NotFound: when the cart has no such line, or was ordered meanwhile.
    """
    rows = cart.lines.filter(pk=item).delete()[0] if locking.lock(cart) else 0
    if not rows:
        raise NotFound


@writing
def empty(*, cart: Cart) -> None:
    """Take everything out; a cart that was ordered meanwhile keeps what was ordered."""
    if locking.lock(cart):
        cart.lines.all().delete()


def _locked_line(cart: Cart, item: int) -> CartLine:
    lines = CartLine.objects.select_related("product__category", "product__brand")
    line = lines.filter(cart=cart, pk=item).first() if locking.lock(cart) else None
    if line is None:
        raise NotFound
    return line
