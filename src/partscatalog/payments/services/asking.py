"""Ask a gateway how a payment and its refunds stand, and apply its answer."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from partscatalog.exceptions import GatewayUnavailable
from partscatalog.payments.gateways import registry
from partscatalog.payments.gateways.base import GatewayError
from partscatalog.payments.services import moving
from partscatalog.payments.services.applying import apply
from partscatalog.payments.services.reports import from_answer
from partscatalog.payments.services.returning import apply_refunds
from partscatalog.payments.states import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from partscatalog.payments.gateways.base import Gateway
    from partscatalog.payments.models import Payment

    Answer = TypeVar("Answer")

logger = logging.getLogger(__name__)

#: The time bound of a call to a gateway that the site no longer has.
DEFAULT_BOUND = 15.0


def ask(payment: Payment) -> Payment:
    """Return the payment after the gateway was asked and its answer applied. Call it outside a transaction.

    A start that nobody can still be waiting for has no known outcome from here on.

    :raises GatewayUnavailable: when the gateway gives no answer, or the site no longer has it.
    """
    if payment.state == State.CREATED and is_overdue(payment):
        moving.move_from(payment, State.CREATED, State.UNKNOWN)
    status = _call(payment, lambda gateway: gateway.fetch(payment.attempt))
    return apply(payment=payment, report=from_answer(payment, status))


def ask_refunds(payment: Payment) -> Payment:
    """Return the payment after the gateway was asked for its refunds. Call it outside a transaction.

    :raises GatewayUnavailable: as :func:`ask`.
    """
    asked_at = timezone.now()
    found = _call(payment, lambda gateway: gateway.fetch_refunds(payment.attempt))
    return apply_refunds(payment=payment, found=found, missing_before=asked_at - 2 * bound(payment))


def close(payment: Payment) -> None:
    """Have the gateway end an attempt of which the page is lost. Call it outside a transaction.

    :raises GatewayUnavailable: when it may still be paid.
    """
    _call(payment, lambda gateway: gateway.close(payment.attempt))


def is_overdue(payment: Payment) -> bool:
    """Tell whether the answer to the payment's start can no longer come."""
    return payment.created_at < timezone.now() - 2 * bound(payment)


def bound(payment: Payment) -> timedelta:
    """Return how long one call to the payment's gateway takes at most."""
    try:
        seconds = registry.get(payment.gateway).timeout
    except registry.UnknownGateway:
        seconds = DEFAULT_BOUND
    return timedelta(seconds=seconds)


def _call(payment: Payment, question: Callable[[Gateway], Answer]) -> Answer:
    try:
        gateway = registry.get(payment.gateway)
        if gateway.is_configured:
            return question(gateway)
    except (registry.UnknownGateway, GatewayError) as err:
        logger.warning("Nothing is known of payment %s now: %s", payment.reference, err)
        raise GatewayUnavailable from err
    raise GatewayUnavailable
