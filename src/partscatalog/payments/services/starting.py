"""Begin to pay an order: a row, a call to the gateway, its answer; each committed before the next."""

from __future__ import annotations

import logging
import secrets
import string
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from partscatalog.exceptions import (
    GatewayFailed,
    GatewayUnavailable,
    OrderAlreadyPaid,
    OrderNotPayable,
    PaymentAlreadyInitialized,
)
from partscatalog.orders.models import Order
from partscatalog.orders.states import Status as OrderStatus
from partscatalog.payments.gateways import registry
from partscatalog.payments.gateways.base import Gateway, GatewayRefused, GatewayUnknown, Started, StartRequest
from partscatalog.payments.models import Payment
from partscatalog.payments.services import asking, moving
from partscatalog.payments.services.schedule import FIRST_GAP
from partscatalog.payments.states import State
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

ALPHABET = string.ascii_lowercase + string.digits
#: 20 of 36 characters: 103 random bits.
RANDOM_CHARACTERS = 20
LARGEST_AMOUNT = 2**63 - 1


def start_payment(*, order: Order, email: str, alias: str, return_url: str, pages_url: str) -> Started:
    """Begin a new attempt to pay the order and return its page. Call it outside a transaction.

    Earlier attempts of which nobody knows what became are asked about first.

    :raises OrderAlreadyPaid: when there is nothing left to pay.
    :raises OrderNotPayable: when the order was cancelled or has expired.
    :raises PaymentAlreadyInitialized: when an attempt is open, or money of one waits for review.
    :raises GatewayFailed: when the gateway failed or is not set up; the order stays payable.
    """
    _refuse_unless_payable(order)
    gateway = _usable_gateway(alias)
    _rule_out_all(_lost_attempts(order), seconds=gateway.timeout)
    payment = _begin(order=order, gateway=gateway)
    request = StartRequest(
        reference=payment.reference,
        amount=payment.amount_minor,
        currency=payment.currency,
        email=email,
        order_id=order.pk,
        order_number=order.number,
        user_id=str(order.user_id),
        return_url=return_url,
        pages_url=pages_url,
    )
    return _store_answer(payment, _call(gateway, payment, request))


def _refuse_unless_payable(order: Order) -> None:
    if order.status in {OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REFUNDED}:
        raise OrderNotPayable
    if order.status != OrderStatus.PENDING:
        raise OrderAlreadyPaid


def _lost_attempts(order: Order) -> list[Payment]:
    """Return the order's attempts whose start has no known outcome, and can have none any more."""
    begun = order.payments.filter(state__in=[State.CREATED, State.UNKNOWN]).order_by("pk")
    return [attempt for attempt in begun if attempt.state == State.UNKNOWN or asking.is_overdue(attempt)]


def _rule_out_all(attempts: Iterable[Payment], *, seconds: float) -> None:
    """End the lost attempts, each for good; what is left after so many seconds is for the next request.

    :raises GatewayFailed: when that is anything, or a gateway gives no answer.
    """
    end = time.monotonic() + seconds
    for attempt in attempts:
        _rule_out(attempt)
        if time.monotonic() > end:
            raise GatewayFailed


def _rule_out(attempt: Payment) -> None:
    """Ask the gateway about a lost attempt, and end it unless it brought money.

    One that the gateway did open ends, too: nobody knows the page to pay it on.

    :raises GatewayFailed: when the gateway gives no answer; the attempt is then asked about again.
    """
    try:
        attempt = asking.ask(attempt)
        if attempt.state == State.UNKNOWN and not attempt.needs_review:
            asking.close(attempt)
    except GatewayUnavailable as err:
        raise GatewayFailed from err
    if attempt.has_paid:
        raise OrderAlreadyPaid
    moving.move_from(attempt, State.UNKNOWN, State.EXPIRED)


def _usable_gateway(alias: str) -> Gateway:
    try:
        gateway = registry.get(alias)
    except registry.UnknownGateway as err:
        raise GatewayFailed from err
    if not gateway.is_configured:
        logger.error("The payment gateway %s is not set up; manage.py check says why.", alias)
        raise GatewayFailed
    return gateway


@writing
def _begin(*, order: Order, gateway: Gateway) -> Payment:
    """Write the attempt down under the order's lock, which a write takes first on every database."""
    is_payable = Order.objects.filter(pk=order.pk, status=OrderStatus.PENDING).update(
        status=OrderStatus.PENDING
    )
    if not is_payable:
        _refuse_unless_payable(Order.objects.get(pk=order.pk))
    earlier = (
        order.payments.filter(Q(open_for=order) | Q(needs_review=True)).order_by("-needs_review").first()
    )
    if earlier is not None:
        raise _already_initialized(earlier)
    return Payment.objects.create(
        order=order,
        open_for=order,
        gateway=gateway.alias,
        reference=_new_reference(order),
        amount=order.total_amount,
        amount_minor=_minor_amount(order, gateway),
        currency=order.currency,
        is_live=gateway.is_live,
        next_check_at=timezone.now() + FIRST_GAP,
    )


def _already_initialized(attempt: Payment) -> PaymentAlreadyInitialized:
    """Return the refusal with the attempt's page, so that a client can go on there.

    While the start still runs there is no page yet, and while money waits for review nobody shall pay.
    """
    is_open = attempt.state == State.OPEN and not attempt.needs_review
    return PaymentAlreadyInitialized(
        reference=attempt.reference,
        access_code=attempt.access_code if is_open else None,
        authorization_url=attempt.authorization_url if is_open else None,
    )


def _new_reference(order: Order) -> str:
    return f"ORD_{order.pk}_{''.join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))}"


def _minor_amount(order: Order, gateway: Gateway) -> int:
    try:
        amount = gateway.to_minor(order.total_amount, order.currency)
    except ValueError as err:
        raise GatewayFailed from err
    if amount > LARGEST_AMOUNT:
        raise GatewayFailed
    return amount


def _call(gateway: Gateway, payment: Payment, request: StartRequest) -> Started:
    try:
        return _believe(gateway.start(request), payment.reference)
    except GatewayRefused as err:
        _give_up(payment, State.FAILED, err)
        raise GatewayFailed from err
    except GatewayUnknown as err:
        _give_up(payment, State.UNKNOWN, err)
        raise GatewayFailed from err


def _refuse_if_ended(payment: Payment) -> None:
    """Hand out no page of an order that ended while the gateway was asked; close it where that can be."""
    order = Order.objects.get(pk=payment.order_id)
    if order.status == OrderStatus.PENDING:
        return
    payment.refresh_from_db()
    # What is paid on a page that stays open is flagged.
    with suppress(GatewayUnavailable):
        asking.close(payment)
    _refuse_unless_payable(order)


def _believe(started: Started, reference: str) -> Started:
    if started.reference != reference:
        raise GatewayUnknown("The gateway answered about another payment.")
    return started


def _give_up(payment: Payment, state: State, reason: Exception) -> None:
    logger.warning("Payment %s could not be begun (%s): %s", payment.reference, state, reason)
    moving.move_from(payment, State.CREATED, state)


def _store_answer(payment: Payment, started: Started) -> Started:
    page = {"access_code": started.access_code, "authorization_url": started.authorization_url}
    if moving.move_from(payment, State.CREATED, State.OPEN, **page):
        _refuse_if_ended(payment)
        return started
    payment.refresh_from_db()
    if payment.has_paid:
        # The webhook was faster than the answer.
        return started
    if payment.needs_review:
        # It was, and told of money that does not fit: nobody pays on until staff have decided.
        raise _already_initialized(payment)
    # The answer took so long that the attempt was ruled out: its page must not be paid beside another.
    raise GatewayFailed
