"""The one door for money: what a gateway said is kept, compared and carried out here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from partscatalog.exceptions import IllegalMove
from partscatalog.orders.services import moving
from partscatalog.orders.states import Status as OrderStatus
from partscatalog.payments.gateways.base import Standing, Status
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.services.locking import lock_payment
from partscatalog.payments.signals import payment_failed, payment_succeeded
from partscatalog.payments.states import HOLDING, Review, State, is_allowed
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.dispatch import Signal

    from partscatalog.payments.services.reports import Report

#: Where an attempt goes that brought no money. A created one that is missing may still be on its way.
CLOSING: Mapping[Standing, State] = {Standing.FAILED: State.FAILED, Standing.EXPIRED: State.EXPIRED}

RELEASED: Mapping[str, Review] = {
    OrderStatus.CANCELLED: Review.ORDER_CANCELLED,
    OrderStatus.EXPIRED: Review.ORDER_EXPIRED,
}


@writing
def apply(*, payment: Payment, report: Report) -> Payment:
    """Keep the report and carry it out, both or neither, and return the payment as it then is.

    A report that is known already changes nothing, so that it may come as often as it likes. Money that
    pays the order moves payment and order to paid, once; money that does not fit flags the payment for
    review and leaves the order as it is. While a payment waits for review only staff move it.
    """
    payment = lock_payment(payment)
    if _is_new(payment, report) and report.status and not payment.is_settled and not payment.needs_review:
        payment.shown = dict(report.status.shown)
        _carry_out(payment, report.status)
        payment.save(update_fields=["state", "open_for", "paid_at", "needs_review", "review_reason", "shown"])
    return payment


def _is_new(payment: Payment, report: Report) -> bool:
    event = PaymentEvent(
        payment=payment,
        gateway=payment.gateway,
        source=report.source,
        kind=report.kind,
        digest=report.digest,
        body=dict(report.body),
    )
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        return False
    return True


def _carry_out(payment: Payment, status: Status) -> None:
    if status.standing is Standing.PAID:
        reason = _misfit(payment, status) or _pay(payment)
        if reason is not None:
            payment.needs_review, payment.review_reason = True, reason
    elif status.reference == payment.reference:
        _close(payment, status.standing)


def _misfit(payment: Payment, status: Status) -> Review | None:
    """Return why the money is not what was asked for, or None when it is."""
    if status.reference != payment.reference:
        return Review.REFERENCE
    if not status.covers(payment.amount_minor):
        return Review.AMOUNT
    if status.currency != payment.currency:
        return Review.CURRENCY
    if {status.is_live, payment.is_live} == {True, False}:
        return Review.MODE
    if (payment.order.total_amount, payment.order.currency) != (payment.amount, payment.currency):
        return Review.ORDER_CHANGED
    return None


def _pay(payment: Payment) -> Review | None:
    """Pay the order, or return why it cannot be paid any more."""
    try:
        if not moving.mark_paid(order=payment.order):
            return Review.PAID_TWICE
    except IllegalMove:
        return RELEASED.get(payment.order.status, Review.PAID_TWICE)
    _move(payment, State.PAID)
    payment.paid_at = timezone.now()
    _announce(payment_succeeded, payment)
    return None


def _close(payment: Payment, standing: Standing) -> None:
    target = CLOSING.get(standing)
    if standing is Standing.MISSING and payment.state == State.UNKNOWN:
        target = State.FAILED
    if target is None or not is_allowed(payment.state, target):
        return
    _move(payment, target)
    if target is State.FAILED:
        _announce(payment_failed, payment)


def _move(payment: Payment, target: State) -> None:
    payment.state = target
    if target not in HOLDING:
        payment.open_for = None


def _announce(signal: Signal, payment: Payment) -> None:
    transaction.on_commit(lambda: signal.send_robust(sender=Payment, payment=payment), robust=True)
