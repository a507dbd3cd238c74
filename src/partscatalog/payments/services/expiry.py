"""Ask the gateways once more before an order with a begun payment expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.exceptions import GatewayUnavailable
from partscatalog.orders.hooks import Expiry
from partscatalog.payments.services.asking import ask

if TYPE_CHECKING:
    from partscatalog.orders.models import Order
    from partscatalog.payments.models import Payment


def check(order: Order) -> Expiry:
    """Tell whether an overdue order may expire. Call it outside a transaction.

    Every attempt that brought no money is asked about, a failed one too: that word was not final. Money
    that waits for review, like a gateway that does not answer, lets the order wait.
    """
    answers = [_answer(payment) for payment in order.payments.order_by("pk")]
    return next((answer for answer in (Expiry.PAID, Expiry.WAIT) if answer in answers), Expiry.EXPIRE)


def _answer(payment: Payment) -> Expiry:
    if not payment.is_settled and not payment.needs_review:
        try:
            payment = ask(payment)
        except GatewayUnavailable:
            return Expiry.WAIT
    if payment.needs_review:
        return Expiry.WAIT
    return Expiry.PAID if payment.has_paid else Expiry.EXPIRE
