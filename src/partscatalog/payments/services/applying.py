"""The one door for money: what a gateway said is kept, compared and carried out here alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from partscatalog import money
from partscatalog.exceptions import IllegalMove
from partscatalog.orders.services import moving
from partscatalog.orders.states import Status as OrderStatus
from partscatalog.payments.gateways.base import Dispute, Standing, Status
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.services import early
from partscatalog.payments.services.announcing import announce, flag
from partscatalog.payments.services.balance import settled_state
from partscatalog.payments.services.locking import lock_payment
from partscatalog.payments.services.moving import move
from partscatalog.payments.signals import payment_failed, payment_succeeded
from partscatalog.payments.states import Review, State, is_allowed
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partscatalog.payments.services.reports import Report

#: Where an attempt goes that brought no money. A created one that is missing may still be on its way.
CLOSING: Mapping[Standing, State] = {Standing.FAILED: State.FAILED, Standing.EXPIRED: State.EXPIRED}

#: More than this no column of amounts holds, whatever the decimals of the units.
MOST_UNITS = 10 ** (money.TOTAL_DIGITS - money.DECIMAL_PLACES) - 1

#: What is kept as a currency.
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

RELEASED: Mapping[str, Review] = {
    OrderStatus.CANCELLED: Review.ORDER_CANCELLED,
    OrderStatus.EXPIRED: Review.ORDER_EXPIRED,
}


@writing
def apply(*, payment: Payment, report: Report) -> Payment:
    """Keep the report and carry it out, both or neither, and return the payment as it then is.

    A report that is known already changes nothing, so that it may come as often as it likes; a hint has the
    gateway asked each time, as providers tell of two refunds in the same words. Money that
    pays the order moves payment and order to paid, once; money that does not fit flags the payment for
    review and leaves the order as it is. While a payment waits for review only staff move it. The report
    that first names the money brings along what the gateway told of it before.
    """
    told = report.status.provider_id if report.status else ""
    payment = lock_payment(payment, has_early=early.is_there(alias=payment.gateway, provider_id=told))
    known = payment.provider_id
    is_changed = _hear(payment, report)
    if payment.provider_id != known and getattr(payment, "has_early", False):
        _hear_early(payment)
    if is_changed:
        payment.save()
    return payment


@writing
def apply_early(payment: Payment) -> None:
    """Carry out what was told of the payment before it was known."""
    payment = lock_payment(payment)
    _hear_early(payment)
    payment.save()


def _hear(payment: Payment, report: Report) -> bool:
    """Keep the report and carry it out, and tell whether that changed the payment."""
    if payment.needs_review:
        report = report.while_it_waits()
    is_new = _is_new(payment, report)
    if is_new:
        _carry_out(payment, report)
    if report.is_hint:
        _ask_soon(payment)
    return is_new or report.is_hint


def _hear_early(payment: Payment) -> None:
    for report in early.take(payment):
        _hear(payment, report)


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


def _carry_out(payment: Payment, report: Report) -> None:
    if report.status is not None:
        _take_in(payment, report.status)
    if report.dispute is not None:
        _dispute(payment, report.dispute)


def _take_in(payment: Payment, status: Status) -> None:
    if status.reference == payment.reference:
        payment.provider_id = payment.provider_id or status.provider_id
    if payment.is_settled or payment.needs_review:
        return
    payment.shown = dict(status.shown)
    if status.standing is Standing.PAID:
        _receive(payment, status)
    elif status.reference == payment.reference:
        _close(payment, status.standing)


def _receive(payment: Payment, status: Status) -> None:
    """Write down the money that came in, and pay the order with it or have staff decide."""
    if status.reference == payment.reference:
        payment.received_minor = _received(payment, status)
        payment.received_currency = status.currency if CURRENCY.fullmatch(status.currency) else ""
    reason = _misfit(payment, status) or _pay(payment)
    if reason is not None and reason != payment.dismissed:
        flag(payment, reason)
    if payment.dispute:
        _follow_dispute(payment)


def _received(payment: Payment, status: Status) -> int | None:
    """Return what came in, fees that the buyer bore set aside; None where it cannot be read."""
    if status.covers(payment.amount_minor):
        return payment.amount_minor
    return status.amount if status.amount and 0 < status.amount <= MOST_UNITS else None


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
    may_be_back = _may_be_back(payment)
    move(payment, State.PAID)
    payment.paid_at = timezone.now()
    payment.next_check_at = None
    if may_be_back:
        _ask_soon(payment)
    announce(payment_succeeded, payment)
    return None


def _may_be_back(payment: Payment) -> bool:
    """Tell whether the gateway may have spoken of a refund before it spoke of the money.

    The hint then still waits to be followed, or was, and the attempt was taken for one without money.
    """
    is_due = payment.next_check_at is not None and payment.next_check_at <= timezone.now()
    return is_due or payment.state in CLOSING.values()


def _ask_soon(payment: Payment) -> None:
    payment.next_check_at, payment.checks = timezone.now(), 0


def _close(payment: Payment, standing: Standing) -> None:
    target = CLOSING.get(standing)
    if standing is Standing.MISSING and payment.state == State.UNKNOWN:
        target = State.FAILED
    if target is None or not is_allowed(payment.state, target):
        return
    move(payment, target)
    if target is State.FAILED:
        announce(payment_failed, payment)


def _dispute(payment: Payment, dispute: Dispute) -> None:
    """Write a dispute down, and follow it once the money is there, of which it may be told before."""
    payment.dispute = dispute
    if payment.received_minor is not None:
        _follow_dispute(payment)


def _follow_dispute(payment: Payment) -> None:
    """Have staff look at a dispute; one that is won leaves the payment as its refunds say."""
    if payment.dispute != Dispute.WON:
        if payment.is_settled:
            move(payment, State.DISPUTED)
        flag(payment, Review.DISPUTED)
    elif payment.state == State.DISPUTED:
        move(payment, settled_state(payment))
        if payment.review_reason == Review.DISPUTED:
            payment.needs_review = False
