"""Paystack's webhooks: money that came, and what comes after it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import Dispute, Event, WebhookRefused
from partscatalog.payments.gateways.paystack.reading import (
    status_of,
    transaction_id,
    transaction_reference,
)
from partscatalog.payments.gateways.transport import parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping

CHARGED = "charge.success"
REFUND = "refund."
RESOLVED = "charge.dispute.resolve"
DISPUTES = frozenset({"charge.dispute.create", "charge.dispute.remind", RESOLVED})

#: A claim that the shop declined, or that it accepted, were it by silence. Whatever Paystack adds one day is
#: for staff to look at.
RESOLUTIONS: Mapping[str, Dispute] = MappingProxyType(
    {"declined": Dispute.WON, "merchant-accepted": Dispute.LOST, "auto-accepted": Dispute.LOST}
)

REFUND_SHOWN = ("domain", "status", "transaction_reference", "refund_reference", "amount", "currency")
DISPUTE_SHOWN = ("id", "domain", "status", "resolution", "refund_amount", "currency", "category", "dueAt")


def read_event(body: bytes) -> Event:
    """Return the event that a proven body is.

    :raises WebhookRefused: when it is none.
    """
    document = parse_object(body) or {}
    kind, data = fields.text(document, "event"), document.get("data")
    if not kind or not isinstance(data, dict):
        raise WebhookRefused("The body is no event of Paystack.")
    kind = fields.storable(kind)
    if kind.startswith(REFUND):
        return _refund(kind, data)
    if kind in DISPUTES:
        return _dispute(kind, data)
    return _charge(kind, data)


def _charge(kind: str, data: Mapping[str, Any]) -> Event:
    """Read money that came, and every event that settles nothing."""
    status = status_of(data)
    if kind != CHARGED:
        return Event(kind=kind, reference=status.reference, shown=status.shown)
    return Event(
        kind=kind,
        reference=status.reference,
        provider_id=status.provider_id,
        order_number=fields.order_number(data),
        status=status,
        shown=status.shown,
    )


def _refund(kind: str, data: Mapping[str, Any]) -> Event:
    """Read that something became of a refund; of which one is seldom told."""
    return Event(
        kind=kind,
        reference=transaction_reference(data),
        provider_id=transaction_id(data),
        is_hint=True,
        shown=fields.whitelist(data, REFUND_SHOWN),
    )


def _dispute(kind: str, data: Mapping[str, Any]) -> Event:
    """Read a dispute; one that ends may bring a refund."""
    is_resolved = kind == RESOLVED
    resolution = fields.text(data, "resolution") if is_resolved else ""
    return Event(
        kind=kind,
        reference=transaction_reference(data),
        provider_id=transaction_id(data),
        dispute=RESOLUTIONS.get(resolution, Dispute.OPENED),
        is_hint=is_resolved,
        shown=fields.whitelist(data, DISPUTE_SHOWN),
    )
