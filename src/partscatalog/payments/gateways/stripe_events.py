"""Read what Stripe says: sessions, refunds and the events of its webhooks, reduced to what may be kept."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import (
    PROVIDER_ID,
    Dispute,
    Event,
    RefundStanding,
    RefundStatus,
    Standing,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.transport import parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What of a session, a refund or a dispute may be kept and shown. Never a page's URL or a buyer's details.
SHOWN = (
    "id",
    "object",
    "status",
    "payment_status",
    "amount_total",
    "amount",
    "amount_refunded",
    "currency",
    "livemode",
    "client_reference_id",
    "payment_intent",
    "reason",
    "failure_reason",
    "created",
)

#: Events that carry the session itself, and so say how the payment stands.
OF_SESSIONS = frozenset(
    f"checkout.session.{event}"
    for event in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
)
#: A method that takes days has failed; in the session itself this cannot be seen.
FAILED_LATER = "checkout.session.async_payment_failed"

#: How a payment intent stands behind a session that can no longer be paid and was not.
FAILED_INTENTS = frozenset({"requires_payment_method", "canceled"})

#: Events of refunds; what became of the money is asked for.
OF_REFUNDS = frozenset({"charge.refunded", "charge.refund.updated"})

#: Events after which a dispute that has not ended is one to look at; evidence that was handed in is none.
DISPUTE_OPENED = frozenset({"charge.dispute.created", "charge.dispute.funds_withdrawn"})
DISPUTE_ENDED: Mapping[str, Dispute] = MappingProxyType(
    {
        "won": Dispute.WON,
        "warning_closed": Dispute.WON,
        "prevented": Dispute.WON,
        "lost": Dispute.LOST,
    }
)

#: What Stripe adds one day has not succeeded either.
REFUND_STANDINGS: Mapping[str, RefundStanding] = MappingProxyType(
    {
        "succeeded": RefundStanding.SUCCEEDED,
        "failed": RefundStanding.FAILED,
        "canceled": RefundStanding.FAILED,
    }
)


def status_of(session: Mapping[str, Any], *, has_failed: bool = False) -> Status:
    """Return how the payment of a Checkout Session stands; completed alone is not paid."""
    return Status(
        reference=fields.reference(session, "client_reference_id"),
        standing=_standing(session, has_failed=has_failed),
        provider_id=intent_of(session),
        amount=fields.whole(session, "amount_total"),
        currency=fields.text(session, "currency").upper(),
        is_live=_is_live(session),
        shown=_shown(session),
    )


def refund_of(refund: Mapping[str, Any]) -> RefundStatus:
    """Return how a refund stands; it has a key when this shop made it.

    :raises GatewayUnknown: when it is none.
    """
    return RefundStatus(
        provider_id=fields.text(refund, "id"),
        standing=REFUND_STANDINGS.get(fields.text(refund, "status"), RefundStanding.PENDING),
        amount=fields.whole(refund, "amount") or 0,
        key=fields.reference(_metadata(refund), "key"),
    )


def intent_of(thing: Mapping[str, Any]) -> str:
    """Return the id of the payment intent behind a session, charge, refund or dispute, or nothing."""
    intent = thing.get("payment_intent")
    found = fields.text(intent if isinstance(intent, dict) else {"id": intent}, "id")
    return found if PROVIDER_ID.fullmatch(found) else ""


def event_of(body: bytes) -> Event:
    """Return the event that a proven body holds.

    :raises WebhookRefused: when it holds none.
    """
    document = parse_object(body) or {}
    kind, event_id = fields.text(document, "type"), fields.text(document, "id")
    data = document.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    is_event = kind and fields.text(document, "object") == "event" and PROVIDER_ID.fullmatch(event_id)
    if not is_event or not isinstance(thing, dict):
        raise WebhookRefused("The body is no event of Stripe.")
    if document.get("account") is not None:
        # It speaks of an account that is connected to the shop's, whose money is not the shop's.
        return Event(kind=fields.storable(kind), event_id=event_id)
    return _read(kind, event_id, thing)


def _read(kind: str, event_id: str, thing: Mapping[str, Any]) -> Event:
    if kind in OF_SESSIONS:
        status = status_of(thing, has_failed=kind == FAILED_LATER)
        return Event(
            kind=kind,
            event_id=event_id,
            # What we called it when it began, to which the session's own reference is then compared.
            reference=fields.reference(_metadata(thing), "reference") or status.reference,
            provider_id=status.provider_id,
            order_number=fields.order_number(thing),
            status=status,
            shown=status.shown,
        )
    is_hint, is_dispute = kind in OF_REFUNDS or kind.startswith("refund."), kind.startswith("charge.dispute.")
    if not (is_hint or is_dispute):
        return Event(kind=fields.storable(kind), event_id=event_id)
    return Event(
        kind=fields.storable(kind),
        event_id=event_id,
        reference=fields.reference(_metadata(thing), "reference"),
        provider_id=intent_of(thing),
        dispute=_dispute(kind, thing) if is_dispute else None,
        is_hint=is_hint,
        shown=_shown(thing),
    )


def _standing(session: Mapping[str, Any], *, has_failed: bool) -> Standing:
    if fields.text(session, "payment_status") == "paid":
        return Standing.PAID
    status, intent = fields.text(session, "status"), session.get("payment_intent")
    if status == "expired":
        return Standing.EXPIRED
    if status != "complete":
        return Standing.PENDING
    if has_failed or (isinstance(intent, dict) and fields.text(intent, "status") in FAILED_INTENTS):
        return Standing.FAILED
    return Standing.PENDING


def _dispute(kind: str, dispute: Mapping[str, Any]) -> Dispute | None:
    ended = DISPUTE_ENDED.get(fields.text(dispute, "status"))
    if ended is None and kind in DISPUTE_OPENED:
        return Dispute.OPENED
    return ended


def _is_live(thing: Mapping[str, Any]) -> bool | None:
    value = thing.get("livemode")
    return value if isinstance(value, bool) else None


def _metadata(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = thing.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _shown(thing: Mapping[str, Any]) -> dict[str, object]:
    return fields.whitelist({**thing, "payment_intent": intent_of(thing) or None}, SHOWN)
