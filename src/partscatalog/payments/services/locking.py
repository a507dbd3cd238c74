"""The one lock of this app: whoever moves a payment holds its order first, then the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment

if TYPE_CHECKING:
    from django.db.models import Exists


def lock_payment(payment: Payment, **facts: Exists) -> Payment:
    """Lock the payment and its order until the end of the transaction; return both as they are now.

    ``facts`` are looked up with it, as attributes of that name.

    The order is locked by a write that changes nothing, so that a write is the first statement on every
    database: SQLite in its default mode waits there instead of failing later.
    """
    Order.objects.filter(pk=payment.order_id).update(status=F("status"))
    locked = Payment.objects.select_for_update().select_related("order")
    return locked.annotate(**facts).get(pk=payment.pk)
