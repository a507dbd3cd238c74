"""What staff decide about money that does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from partscatalog.exceptions import IllegalMove, ReviewRefused
from partscatalog.orders.services import settling
from partscatalog.payments.gateways.base import Dispute
from partscatalog.payments.services import moving
from partscatalog.payments.services.announcing import announce
from partscatalog.payments.services.balance import settled_state
from partscatalog.payments.services.locking import lock_payment
from partscatalog.payments.signals import payment_succeeded
from partscatalog.payments.states import (
    ACCEPTABLE,
    ADVICE,
    ADVICE_UNREAD,
    DISMISSIBLE,
    LASTING,
    Review,
    State,
    is_allowed,
)
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django_stubs_ext import StrPromise

    from partscatalog.payments.models import Payment


@writing
def accept(*, payment: Payment, actor: AbstractBaseUser) -> Payment:
    """Take the money as the order's payment; a cancelled or expired order takes its stock again.

    What nobody could read counts as the amount that was asked for: staff have looked at the provider.

    :raises ReviewRefused: when the money cannot pay this order, or nothing waits for a decision.
    :raises OutOfStock: when the order's stock is gone; nothing is changed.
    """
    payment = lock_payment(payment)
    is_acceptable = payment.needs_review and payment.review_reason in ACCEPTABLE
    if not is_acceptable or _is_disputed(payment) or payment.has_paid or payment.state == State.REFUNDED:
        raise ReviewRefused(advice(payment))
    try:
        settling.accept_payment(order=payment.order, actor=actor)
    except IllegalMove as err:
        raise ReviewRefused from err
    if _is_unread(payment):
        payment.received_minor, payment.received_currency = payment.amount_minor, payment.currency
    payment.paid_at = payment.accepted_at = timezone.now()
    moving.move(payment, settled_state(payment))
    payment.needs_review = False
    payment.save()
    announce(payment_succeeded, payment)
    return payment


@writing
def dismiss(*, payment: Payment) -> Payment:
    """End a review that was seen to elsewhere; an attempt that brought no money of this order has ended.

    So has one of which nobody could read what it brought: its gateway is asked next.

    :raises ReviewRefused: when the money is here and has to be accepted or refunded, or nothing waits.
    """
    payment = lock_payment(payment)
    is_dismissible = payment.review_reason in DISMISSIBLE or _is_disputed(payment) or _is_unread(payment)
    if not (payment.needs_review and is_dismissible):
        raise ReviewRefused(advice(payment))
    if not payment.is_settled:
        if is_allowed(payment.state, State.FAILED):
            moving.move(payment, State.FAILED)
        # Real money may still come, as for any attempt that failed.
        payment.next_check_at, payment.checks = timezone.now(), 0
    if payment.review_reason in LASTING:
        payment.dismissed = payment.review_reason
    payment.needs_review = False
    payment.save()
    return payment


def advice(payment: Payment) -> StrPromise | None:
    """Return what staff may do about a payment that waits for them."""
    if _is_unread(payment) and payment.review_reason in ACCEPTABLE:
        return ADVICE_UNREAD
    return ADVICE.get(Review.DISPUTED if _is_disputed(payment) else payment.review_reason)


def _is_unread(payment: Payment) -> bool:
    """Tell whether money came in, nobody knows how much."""
    return payment.received_minor is None and not payment.is_settled


def _is_disputed(payment: Payment) -> bool:
    """Tell whether the buyer's bank holds the money, or has taken it."""
    return payment.dispute in {Dispute.OPENED, Dispute.LOST}
