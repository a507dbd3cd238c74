"""Give money back: a row, a call to the gateway, its answer; each committed before the next."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partscatalog.exceptions import (
    Busy,
    IdempotencyMismatch,
    InvalidField,
    RefundRefused,
)
from partscatalog.orders.states import RELEASED
from partscatalog.orders.states import Status as OrderStatus
from partscatalog.payments.gateways import registry
from partscatalog.payments.gateways.base import Gateway, GatewayError, GatewayRefused, RefundRequest
from partscatalog.payments.models import Payment, Refund
from partscatalog.payments.services import asking, moving
from partscatalog.payments.services.balance import refundable
from partscatalog.payments.services.locking import lock_payment
from partscatalog.payments.services.returning import apply_refunds, new_key
from partscatalog.payments.states import RefundState
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from decimal import Decimal

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.orders.services.idempotency import Key
    from partscatalog.payments.gateways.base import RefundStatus

logger = logging.getLogger(__name__)

#: Orders that still hold their pieces, or their buyer does.
HOLDS_STOCK = frozenset(OrderStatus) - RELEASED - {OrderStatus.PENDING, OrderStatus.REFUNDED}


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    """What staff ask for; no ``amount`` is all that is left, and ``key`` makes the request repeatable."""

    payment: Payment
    actor: AbstractBaseUser
    amount: Decimal | None = None
    restock: bool = False
    key: Key | None = None


def refund_payment(wanted: RefundOrder) -> Refund:
    """Give money of a payment back and return the refund. Call it outside a transaction.

    With a key a repeated request returns the first one's refund as it is now. A refund whose answer is lost
    is returned as unknown: reconcile finds out what became of it, and until then nothing is refunded twice.

    :raises RefundRefused: when less than that is left, or the gateway says no; nothing was given back.
    :raises InvalidField: when the amount or the return of the stock does not go with the payment.
    :raises IdempotencyMismatch: when the key was used with another body.
    :raises GatewayUnavailable: when an earlier refund's outcome has to be asked for and cannot be.
    """
    return _unless_failed(_earlier(wanted) or _give_back(wanted))


def _give_back(wanted: RefundOrder) -> Refund:
    gateway = _usable_gateway(wanted.payment)
    _rule_out_lost(wanted.payment)
    try:
        refund = _begin(wanted, gateway)
    except (IntegrityError, RefundRefused, InvalidField) as err:
        # A twin with the same key was faster, for this payment or for another.
        earlier = _earlier(wanted)
        if earlier is not None:
            return earlier
        if isinstance(err, IntegrityError):
            raise Busy from err
        raise
    answer = _call(gateway, refund)
    if answer is not None:
        apply_refunds(payment=wanted.payment, found=[answer])
    refund.refresh_from_db()
    return refund


def _unless_failed(refund: Refund) -> Refund:
    if refund.state == RefundState.FAILED:
        raise RefundRefused(_("The gateway refused the refund."))
    return refund


def _earlier(wanted: RefundOrder) -> Refund | None:
    if wanted.key is None:
        return None
    refund = Refund.objects.select_related("payment").filter(request_hash=wanted.key.request_hash).first()
    if refund is not None and refund.body_hash != wanted.key.body_hash:
        raise IdempotencyMismatch
    return refund


def _usable_gateway(payment: Payment) -> Gateway:
    try:
        gateway = registry.get(payment.gateway)
    except registry.UnknownGateway as err:
        raise RefundRefused(_("The payment's gateway is no longer set up.")) from err
    if not (gateway.is_configured and gateway.can_refund):
        raise RefundRefused(_("The payment's gateway cannot give money back."))
    return gateway


def _rule_out_lost(payment: Payment) -> None:
    """Ask about earlier refunds of which nobody knows what became, so that none is made twice.

    :raises RefundRefused: when it is too early to know.
    """
    waited = timezone.now() - 2 * asking.bound(payment)
    overdue = Q(state=RefundState.CREATED, created_at__lt=waited)
    if not payment.refunds.filter(overdue | Q(state=RefundState.UNKNOWN)).exists():
        return
    asking.ask_refunds(payment)
    if payment.refunds.filter(state=RefundState.UNKNOWN).exists():
        raise RefundRefused(_("It is not known yet what became of an earlier refund. Try again in a minute."))


@writing
def _begin(wanted: RefundOrder, gateway: Gateway) -> Refund:
    """Write the refund down under the lock of the payment, so that never more is promised than is left."""
    payment = lock_payment(wanted.payment)
    left = refundable(payment)
    units = left if wanted.amount is None else _units(wanted.amount, payment, gateway)
    if not 0 < units <= left:
        raise RefundRefused
    if wanted.restock and not (payment.has_paid and units == left and payment.order.status in HOLDS_STOCK):
        raise InvalidField(
            "restock", _("Only a refund of all that is left of an order's payment returns the stock.")
        )
    payment.next_check_at, payment.checks = timezone.now() + 2 * timedelta(seconds=gateway.timeout), 0
    payment.save()
    return Refund.objects.create(
        payment=payment,
        key=new_key(),
        amount=gateway.from_minor(units, payment.received_currency),
        amount_minor=units,
        restock=wanted.restock,
        requested_by_id=wanted.actor.pk,
        request_hash=wanted.key.request_hash if wanted.key else None,
        body_hash=wanted.key.body_hash if wanted.key else "",
    )


def _units(amount: Decimal, payment: Payment, gateway: Gateway) -> int:
    if not amount:
        raise InvalidField("amount", _("Write an amount of more than zero."))
    try:
        return gateway.to_minor(amount, payment.received_currency)
    except ValueError as err:
        raise InvalidField("amount", _("The gateway cannot give back a fraction like that.")) from err


def _call(gateway: Gateway, refund: Refund) -> RefundStatus | None:
    """Return the gateway's answer, or None when it refused or nobody knows; the refund then says which."""
    request = RefundRequest(
        key=refund.key,
        attempt=refund.payment.attempt,
        amount=refund.amount_minor,
        currency=refund.payment.received_currency,
    )
    try:
        return gateway.refund(request)
    except GatewayError as err:
        state = RefundState.FAILED if isinstance(err, GatewayRefused) else RefundState.UNKNOWN
        logger.warning("Refund %s has no good answer (%s): %s", refund.key, state, err)
    moving.move_refund_from(refund, RefundState.CREATED, state)
    return None
