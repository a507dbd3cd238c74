"""Take in what a provider tells by itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from partscatalog.exceptions import InvalidWebhook, NotFound
from partscatalog.payments.gateways import registry
from partscatalog.payments.gateways.base import WebhookRefused
from partscatalog.payments.models import Payment
from partscatalog.payments.services import early
from partscatalog.payments.services.applying import apply
from partscatalog.payments.services.reports import from_webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partscatalog.payments.gateways.base import Event

logger = logging.getLogger(__name__)


def receive(*, alias: str, headers: Mapping[str, str], body: bytes) -> None:
    """Prove a webhook and apply what it says of a payment of ours; header names are in any case.

    The event is stored and applied in one transaction, from the signed body alone: neither the gateway
    nor a broker is asked. An event about no payment of this alias leaves no trace but a line in the log,
    unless it may be about one that becomes known later.

    :raises NotFound: when the site has no gateway of that alias.
    :raises InvalidWebhook: when the signature or the body is not valid.
    """
    try:
        gateway = registry.get(alias)
    except registry.UnknownGateway as err:
        raise NotFound from err
    try:
        event = gateway.parse_webhook(
            headers={name.lower(): value for name, value in headers.items()}, body=body
        )
    except WebhookRefused as err:
        logger.warning("A webhook for %s was refused: %s", alias, err)
        raise InvalidWebhook from err
    payment = _payment_of(event, alias)
    if payment is not None:
        apply(payment=payment, report=from_webhook(event, body))
    elif early.is_early(event):
        early.keep(alias=alias, event=event, body=body)
    else:
        logger.info("A webhook for %s, %r, is about no payment of ours.", alias, event.kind)


def _payment_of(event: Event, alias: str) -> Payment | None:
    """Return the alias's payment that the event is about; one of another alias is not answered for."""
    named = Payment.objects.named(event.reference)
    if named is not None:
        return named if named.gateway == alias else None
    return Payment.objects.filter(gateway=alias).of_money(event)
