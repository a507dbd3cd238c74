"""The one lock of this app: whoever changes a payment holds its order first."""

from __future__ import annotations

from django.db.models import F

from partscatalog.orders.models import Order


def lock_order(order_id: int) -> Order:
    """Lock the order until the end of the transaction and return it as it is now.

    The lock is a write that changes nothing, so that it is the first statement on every database:
    SQLite in its default mode waits on it instead of failing later.
    """
    Order.objects.filter(pk=order_id).update(status=F("status"))
    return Order.objects.get(pk=order_id)
