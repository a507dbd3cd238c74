"""How much of a payment's money is left: what came in, less what was given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from partscatalog import money
from partscatalog.payments.gateways import registry
from partscatalog.payments.states import GIVEN_BACK, RefundState, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from partscatalog.payments.models import Payment, Refund


def given_back(payment: Payment) -> int:
    """Return what was given back, in the gateway's units."""
    return _sum(payment, GIVEN_BACK)


def refundable(payment: Payment) -> int:
    """Return what may still be given back, in the gateway's units; a refund of which nobody knows counts."""
    reserved = _sum(payment, set(RefundState) - {RefundState.FAILED})
    return max((payment.received_minor or 0) - reserved, 0)


def settled_state(payment: Payment) -> State:
    """Return the state of money that came in, as its refunds say.

    Money whose refund failed and that never paid the order stays refunded: the flag says the rest.
    """
    returned = given_back(payment)
    if not returned:
        return State.PAID if payment.has_paid else State.REFUNDED
    is_whole = returned >= (payment.received_minor or 0)
    return State.REFUNDED if is_whole else State.PARTIALLY_REFUNDED


def text(payment: Payment, units: int) -> str:
    """Return so many of the gateway's units as people read them; nothing came in, nothing is shown."""
    if payment.received_minor is None:
        return ""
    return f"{plain(worth(payment, units), payment.received_currency)} {payment.received_currency}"


def worth(payment: Payment, units: int) -> Decimal:
    """Return the amount that so many of the gateway's units are."""
    currency = payment.received_currency
    try:
        return registry.get(payment.gateway).from_minor(units, currency)
    except registry.UnknownGateway:
        return money.from_minor(units, money.exponent(currency))


def plain_amount(refund: Refund) -> str:
    """Return the refund's amount as plain text."""
    return plain(refund.amount, refund.payment.received_currency)


def plain(amount: Decimal, currency: str) -> str:
    """Return an amount of a gateway as plain text; a fraction beyond the currency's own stays in it."""
    return money.format_amount(amount, currency) if money.fits(amount, currency) else f"{amount:f}"


def _sum(payment: Payment, states: Iterable[RefundState]) -> int:
    total: int | None = payment.refunds.filter(state__in=states).aggregate(sum=Sum("amount_minor"))["sum"]
    return total or 0
