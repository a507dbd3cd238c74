"""Carry out what a gateway says of refunds: the payment, its order and the stock follow."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from partscatalog.exceptions import IllegalMove
from partscatalog.orders.services import moving, settling
from partscatalog.orders.states import Party
from partscatalog.payments.gateways.base import RefundStanding
from partscatalog.payments.models import Refund
from partscatalog.payments.services.announcing import announce, flag
from partscatalog.payments.services.balance import given_back, plain_amount, settled_state, worth
from partscatalog.payments.services.locking import lock_payment
from partscatalog.payments.services.moving import move, move_refund
from partscatalog.payments.signals import payment_refunded
from partscatalog.payments.states import GIVEN_BACK, UNCERTAIN, RefundState, Review, State
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from partscatalog.payments.gateways.base import RefundStatus
    from partscatalog.payments.models import Payment

STATES: Mapping[RefundStanding, RefundState] = {
    RefundStanding.PENDING: RefundState.PENDING,
    RefundStanding.SUCCEEDED: RefundState.SUCCEEDED,
    RefundStanding.FAILED: RefundState.FAILED,
}


def new_key() -> str:
    """Return a name for a refund that no other has."""
    return f"RFD_{secrets.token_hex(16)}"


@writing
def apply_refunds(
    *, payment: Payment, found: Iterable[RefundStatus], missing_before: datetime | None = None
) -> Payment:
    """Carry out what the gateway says of refunds, each once however often it is said, and return the payment.

    A refund that is not ours was made at the provider and is written down. With ``missing_before`` the list
    is known to be complete: a refund of before then whose outcome was unknown did not happen.
    """
    payment = lock_payment(payment)
    for status in found:
        refund = _find(payment, status)
        refund.provider_id = status.provider_id
        _move(payment, refund, STATES[status.standing])
    if missing_before is not None:
        for refund in payment.refunds.filter(state__in=UNCERTAIN, created_at__lt=missing_before):
            _move(payment, refund, RefundState.FAILED)
    payment.save()
    return payment


def _find(payment: Payment, status: RefundStatus) -> Refund:
    """Return our refund that the gateway speaks of, else a new one, made at the provider.

    A second one of a key is new, too: something on the way sent ours twice, and both gave money back.
    """
    known = payment.refunds.filter(provider_id=status.provider_id).first()
    if known is None and status.key:
        known = payment.refunds.filter(key=status.key, provider_id=None).first()
    if known is not None:
        return known
    return Refund(
        payment=payment,
        key=new_key(),
        amount=worth(payment, status.amount),
        amount_minor=status.amount,
    )


def _move(payment: Payment, refund: Refund, state: RefundState) -> None:
    before = refund.state
    move_refund(refund, state)
    refund.save()
    if before not in GIVEN_BACK and refund.state in GIVEN_BACK:
        _count(payment, refund)
    elif before in GIVEN_BACK and refund.state not in GIVEN_BACK:
        _settle(payment)
        flag(payment, Review.REFUND_FAILED)


def _count(payment: Payment, refund: Refund) -> None:
    _settle(payment)
    if payment.has_paid:
        _tell_order(payment, refund)
    if payment.state == State.REFUNDED and (
        not payment.has_paid or payment.review_reason == Review.REFUND_FAILED
    ):
        payment.needs_review = False
    announce(payment_refunded, payment, refund=refund)


def _settle(payment: Payment) -> None:
    """Let the payment's state follow its refunds; a dispute stays one.

    Money that never paid the order and of which nothing is given back keeps its state: the flag says more.
    """
    if payment.state != State.DISPUTED and (payment.has_paid or given_back(payment)):
        move(payment, settled_state(payment))


def _tell_order(payment: Payment, refund: Refund) -> None:
    by = Party.STAFF if refund.requested_by_id else Party.GATEWAY
    reason = f"{plain_amount(refund)} {payment.received_currency}"
    if given_back(payment) < (payment.received_minor or 0):
        moving.note(order=payment.order, by=by, reason=reason)
        return
    try:
        settling.refund(
            order=payment.order, by=by, reason=reason, restock=refund.restock, actor=refund.requested_by
        )
    except IllegalMove:
        # The order was released meanwhile; the money is back all the same.
        moving.note(order=payment.order, by=by, reason=reason)
