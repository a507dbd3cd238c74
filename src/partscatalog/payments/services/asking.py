"""Ask a gateway how a payment stands, and apply its answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from partscatalog.exceptions import GatewayUnavailable
from partscatalog.payments.gateways import registry
from partscatalog.payments.gateways.base import GatewayError
from partscatalog.payments.services.applying import apply
from partscatalog.payments.services.reports import from_answer

if TYPE_CHECKING:
    from partscatalog.payments.gateways.base import Status
    from partscatalog.payments.models import Payment

logger = logging.getLogger(__name__)


def ask(payment: Payment) -> Payment:
    """Return the payment after the gateway was asked and its answer applied. Call it outside a transaction.

    :raises GatewayUnavailable: when the gateway gives no answer, or the site no longer has it.
    """
    return apply(payment=payment, report=from_answer(payment, _fetch(payment)))


def _fetch(payment: Payment) -> Status:
    try:
        gateway = registry.get(payment.gateway)
        if gateway.is_configured:
            return gateway.fetch(payment.reference)
    except (registry.UnknownGateway, GatewayError) as err:
        logger.warning("Nothing is known of payment %s now: %s", payment.reference, err)
        raise GatewayUnavailable from err
    raise GatewayUnavailable
