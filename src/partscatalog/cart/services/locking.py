"""The one lock of a cart: whoever changes its lines holds it until the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from partscatalog.cart.models import Cart

if TYPE_CHECKING:
    from partscatalog.cart.querysets import CartQuerySet


def lock(cart: Cart) -> bool:
    """Lock an open cart's row until the end of the transaction, and tell whether it is still open.

    Call it as the transaction's first statement: it is a write, so that every database waits for it,
    and what is read after it cannot change before the commit. A cart that was ordered, or that went to
    another owner meanwhile, is not open for this caller.
    """
    return lock_known(Cart.objects.open().filter(pk=cart.pk, user=cart.user_id))


def lock_known(carts: CartQuerySet) -> bool:
    """Lock the one open cart of a queryset as :func:`lock` does, and tell whether there is one."""
    return carts.update(changed_at=timezone.now()) == 1
