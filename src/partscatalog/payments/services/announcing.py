"""What hosts and staff are told of a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from partscatalog.payments.models import Payment
from partscatalog.payments.signals import payment_needs_review

if TYPE_CHECKING:
    from django.dispatch import Signal

    from partscatalog.payments.states import Review


def announce(signal: Signal, payment: Payment, **facts: Any) -> None:
    """Send the signal once the current transaction has committed."""
    transaction.on_commit(lambda: signal.send_robust(sender=Payment, payment=payment, **facts), robust=True)


def flag(payment: Payment, reason: Review) -> None:
    """Have staff decide about the payment, which the caller saves; an earlier reason to do so stays."""
    if payment.needs_review:
        return
    payment.needs_review, payment.review_reason = True, reason
    announce(payment_needs_review, payment)
