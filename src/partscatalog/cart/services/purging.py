"""Delete the carts that nobody comes back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from partscatalog.cart.models import Cart, CartLine
from partscatalog.conf import get_settings
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: How many carts one transaction deletes.
BATCH = 500


def purge() -> int:
    """Delete guests' carts left alone for ``CART_LIFETIME``, and closed ones as old; return how many.

    Each batch is a transaction of its own, so that a long purge holds nobody up. Open carts of users stay.
    """
    moment = timezone.now() - get_settings().CART_LIFETIME
    last = deleted = 0
    while batch := _next(moment, after=last):
        last = batch[-1]
        deleted += _delete(batch, moment)
    return deleted


def _next(moment: datetime, *, after: int) -> list[int]:
    left = Cart.objects.left_since(moment).filter(pk__gt=after).order_by("pk")
    return list(left.values_list("pk", flat=True)[:BATCH])


@writing
def _delete(batch: Sequence[int], moment: datetime) -> int:
    left = Cart.objects.filter(pk__in=batch).left_since(moment)
    # The lock waits for whoever fills one of them now; those are left out of what is read after it.
    left.update(changed_at=F("changed_at"))
    pks = list(left.values_list("pk", flat=True))
    CartLine.objects.filter(cart__in=pks).delete()
    Cart.objects.filter(pk__in=pks).delete()
    return len(pks)
