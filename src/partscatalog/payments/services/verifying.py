"""Find out for the buyer whether a payment is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.exceptions import PaymentFailed, PaymentInReview, PaymentNotPaid
from partscatalog.payments.services.asking import ask
from partscatalog.payments.states import State

if TYPE_CHECKING:
    from partscatalog.payments.models import Payment

#: States that end an attempt without money, as far as is known.
ENDED = frozenset({State.FAILED, State.EXPIRED})


def verify_payment(payment: Payment) -> Payment:
    """Return the payment once it is paid; the gateway is asked unless that is known already.

    The errors carry the few shown fields of the gateway's answer under the gateway's alias.

    :raises PaymentFailed: when it failed or expired.
    :raises PaymentInReview: when money came in that does not fit.
    :raises PaymentNotPaid: when it is not paid yet.
    :raises GatewayUnavailable: when the gateway gives no answer.
    """
    if not payment.is_settled and not payment.needs_review:
        payment = ask(payment)
    if payment.has_paid:
        return payment
    raise _error_of(payment)(**{payment.gateway: payment.shown})


def _error_of(payment: Payment) -> type[PaymentNotPaid]:
    if payment.needs_review:
        return PaymentInReview
    return PaymentFailed if payment.state in ENDED or payment.is_settled else PaymentNotPaid
