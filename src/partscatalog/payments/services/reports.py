"""What a gateway said of a payment, in the one form in which it is kept and applied."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from partscatalog.payments.gateways.base import Dispute, Standing
from partscatalog.payments.models import EarlyEvent, Payment, PaymentEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partscatalog.payments.gateways.base import Event, Status

Source = PaymentEvent.Source


@dataclass(frozen=True, kw_only=True)
class Report:
    """One word of a gateway; those of equal ``digest`` are the same word said again."""

    source: PaymentEvent.Source
    kind: str
    digest: str
    body: Mapping[str, object]
    status: Status | None
    dispute: Dispute | None = None
    is_hint: bool = False

    def while_it_waits(self) -> Report:
        """Return it as heard while staff decide: an answer that is given again afterwards is then news."""
        if self.source != Source.ASKED:
            return self
        return replace(self, digest=_digest(f"{self.digest} while it waits".encode()))


def from_webhook(event: Event, body: bytes) -> Report:
    """Return the report that a webhook is; one without an id is known by its body."""
    return Report(
        source=Source.WEBHOOK,
        kind=event.kind,
        digest=_digest(event.event_id.encode() if event.event_id else body),
        body=event.shown,
        status=event.status,
        dispute=event.dispute,
        is_hint=event.is_hint,
    )


def from_early(event: EarlyEvent) -> Report:
    """Return the report that a webhook was which came before its payment was known."""
    return Report(
        source=Source.WEBHOOK,
        kind=event.kind,
        digest=event.digest,
        body=event.body,
        status=None,
        dispute=Dispute(event.dispute) if event.dispute else None,
        is_hint=event.is_hint,
    )


def from_answer(payment: Payment, status: Status) -> Report:
    """Return the report that the answer to a question is; the same answer again is no news.

    That a payment is missing is, once its start has no outcome any more: before it may still be on its way.
    """
    said = [payment.reference, status.reference, status.standing, dict(status.shown)]
    if status.standing is Standing.MISSING:
        said.append(payment.state)
    return Report(
        source=Source.ASKED,
        kind=status.standing,
        digest=_digest(json.dumps(said, sort_keys=True).encode()),
        body=status.shown,
        status=status,
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
