"""End a cart: an ordered one is never changed or ordered again."""

from __future__ import annotations

from partscatalog.cart.models import Cart
from partscatalog.statements import Given, update

_CLOSE = update(
    Cart.objects.open().filter(pk=Given("cart", Cart._meta.get_field("id"))),
    status=Cart.Status.ORDERED,
    open_for=None,
    open_in=None,
)


def close(pk: int) -> bool:
    """Mark an open cart as ordered, and tell whether it still was open.

    Call it as the first statement of the transaction that places the order: one of several requests
    gets the row, the others wait for its commit and are told no.
    """
    return _CLOSE.run(cart=pk) == 1
