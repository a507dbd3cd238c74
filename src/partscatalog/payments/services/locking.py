"""The one lock of this app: whoever moves a payment holds its order first, then the payment."""

from __future__ import annotations

from django.db.models import F

from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment


def lock_payment(payment: Payment) -> Payment:
    """Lock the payment and its order until the end of the transaction; return both as they are now.

    The order is locked by a write that changes nothing, so that a write is the first statement on every
    database: SQLite in its default mode waits there instead of failing later.
    """
    Order.objects.filter(pk=payment.order_id).update(status=F("status"))
    return Payment.objects.select_for_update().select_related("order").get(pk=payment.pk)
