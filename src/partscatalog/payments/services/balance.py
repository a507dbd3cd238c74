"""How much of a payment's money is left: what came in, less what was given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from partscatalog import money
from partscatalog.payments.states import GIVEN_BACK, RefundState, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partscatalog.payments.models import Payment, Refund


def given_back(payment: Payment) -> int:
    """Return what was given back, in the gateway's units."""
    return _sum(payment, GIVEN_BACK)


def refundable(payment: Payment) -> int:
    """Return what may still be given back, in the gateway's units; a refund of which nobody knows counts."""
    reserved = _sum(payment, set(RefundState) - {RefundState.FAILED})
    return max((payment.received_minor or 0) - reserved, 0)


def settled_state(payment: Payment) -> State:
    """Return the state of money that came in, as its refunds say."""
    returned = given_back(payment)
    if not returned:
        return State.PAID
    is_whole = returned >= (payment.received_minor or 0)
    return State.REFUNDED if is_whole else State.PARTIALLY_REFUNDED


def amount_text(refund: Refund) -> str:
    """Return the refund's amount as people read it; a fraction beyond the currency's own stays in it."""
    currency = refund.payment.received_currency
    is_plain = money.fits(refund.amount, currency)
    amount = money.format_amount(refund.amount, currency) if is_plain else f"{refund.amount:f}"
    return f"{amount} {currency}"


def _sum(payment: Payment, states: Iterable[RefundState]) -> int:
    total: int | None = payment.refunds.filter(state__in=states).aggregate(sum=Sum("amount_minor"))["sum"]
    return total or 0
