"""Put a product into a visitor's cart, which is made by the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F

from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import finding, limits, locking, putting
from partscatalog.catalog.models import Product
from partscatalog.catalog.pricing import price_rule
from partscatalog.exceptions import Busy, NotFound
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partscatalog.api.visitor import Visitor

#: How often an add starts anew when its cart was ordered, merged or made at the very moment.
ATTEMPTS = 5
#: product.md shows this text, so it is the same in every language.
OUT_OF_STOCK = "Product is out of stock!"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A product, how many of it the cart holds (None without a line), and how many lines it has filled."""

    product: Product
    held: int | None
    filled_lines: int


class _Gone(Exception):
    """The cart was ordered or taken over between finding and locking it."""


def add(*, visitor: Visitor, product: int, quantity: int) -> None:
    """Add pieces of a product to the visitor's open cart, making one where there is none.

    A refusal leaves nothing behind, no empty cart either. A guest carries a new cart away.

    :raises NotFound: when the public may not see the product.
    :raises OutOfStock: when the cart would hold more than there are.
    :raises CartLimit: when it would hold more lines, or the line more pieces, than it may.
    :raises CrossSite: when a page of another site asked for it and the session decides.
    :raises Busy: when the visitor's carts kept changing under it.
    """
    known = finding.known(visitor)
    if known is not None and putting.put(visitor=visitor, known=known, product=product, quantity=quantity):
        return
    for _attempt in range(ATTEMPTS):
        found = finding.find(visitor)
        try:
            cart = _add(visitor=visitor, cart=found.cart, product_id=product, quantity=quantity)
        except (_Gone, IntegrityError):
            # Another request ordered or made the visitor's cart first; it is found by looking again.
            continue
        finding.remember(visitor, cart)
        return
    raise Busy


@writing
def _add(*, visitor: Visitor, cart: Cart | None, product_id: int, quantity: int) -> Cart:
    if cart is None:
        cart = _make(visitor)
    elif not locking.lock(cart):
        raise _Gone
    asked = _asked(cart, product_id)
    new_quantity = (asked.held or 0) + quantity
    limits.verify_quantity(
        new_quantity, held=asked.held or 0, available=asked.product.stock, text=OUT_OF_STOCK
    )
    if not asked.held:
        limits.verify_room(lines=asked.filled_lines)
    price = price_rule().unit_price(asked.product, new_quantity, visitor.user)
    if asked.held is None:
        CartLine.objects.create(cart=cart, product=asked.product, quantity=quantity, seen_price=price)
    else:
        _line(cart, asked.product).update(quantity=F("quantity") + quantity, wanted=None, seen_price=price)
    return cart


def _make(visitor: Visitor) -> Cart:
    """Make the visitor's cart.

    :raises IntegrityError: when another request of this user or session made it at the same moment.
    """
    if visitor.user is None:
        return Cart.objects.create(open_in=visitor.session_digest)
    return Cart.objects.create(user_id=visitor.user.pk, open_for_id=visitor.user.pk)


def _asked(cart: Cart, product_id: int) -> _Asked:
    """Return the product and what the cart holds, in one statement; call it under the cart's lock."""
    # Any, for the annotations of a queryset of our own class are not known to its type.
    product: Any = (
        Product.objects.visible()
        .select_related("category", "brand")
        .annotate(held=limits.held(cart.lines.all()), filled_lines=limits.filled(cart.lines.all()))
        .filter(pk=product_id)
        .first()
    )
    if product is None:
        raise NotFound
    return _Asked(product=product, held=product.held, filled_lines=product.filled_lines or 0)


def _line(cart: Cart, product: Product) -> QuerySet[CartLine]:
    return CartLine.objects.filter(cart=cart, product=product)
