"""Stripe, by its SDK against a fake of its API on the loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from partscatalog.testing.gateways import (
    DatedSignatureContract,
    DisputeContract,
    ExpiryContract,
    FaultContract,
    GatewayContract,
    LateRefundContract,
    Provider,
    RefundFaultContract,
    SlowMethodContract,
    Webhook,
)
from tests.payments.fakes.stripe import (
    CARD_FINGERPRINT,
    REFUNDS,
    SECRET_KEY,
    SESSIONS,
    WEBHOOK_SECRET,
    FakeStripe,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The event that tells of a session which stands like this.
EVENTS = {
    ("open", "unpaid"): "checkout.session.created",
    ("complete", "paid"): "checkout.session.completed",
    ("complete", "unpaid"): "checkout.session.completed",
    ("expired", "unpaid"): "checkout.session.expired",
}
DISPUTES = {
    "opened": ("created", "needs_response"),
    "won": ("closed", "won"),
    "lost": ("closed", "lost"),
}


class Stripe(Provider):
    """The desk of a fake Stripe."""

    other_options = {"SECRET_KEY": "sk_test_another", "WEBHOOK_SECRETS": ["whsec_another"]}
    secrets = (SECRET_KEY, WEBHOOK_SECRET, CARD_FINGERPRINT)
    can_close = True
    paths = {"start": SESSIONS, "fetch": f"{SESSIONS}/cs_", "refund": REFUNDS}

    def __init__(self, fake: FakeStripe) -> None:
        self.fake = fake
        self.faults = fake.faults
        self.options = {
            "SECRET_KEY": SECRET_KEY,
            "WEBHOOK_SECRETS": [WEBHOOK_SECRET],
            "BASE_URL": fake.url,
            # Three calls of eight at once share it, on a machine that may have other work.
            "TIMEOUT": 1.0,
        }

    def asked(self, reference: str) -> tuple[int, str]:
        session = self.fake.session(reference)
        return session["amount_total"], session["currency"].upper()

    def payable(self) -> int:
        return sum(session["status"] != "expired" for session in self.fake.sessions.values())

    def pay(self, reference: str, /, **differences: Any) -> None:
        self.fake.pay(reference, **_in_stripes_words(differences))

    def decline(self, reference: str) -> None:
        self.fake.fail(reference)

    def slow(self, reference: str) -> None:
        self.fake.complete_unpaid(reference)

    def stand(self, reference: str, status: str) -> None:
        words = status.split()
        self.fake.stand(reference, words[0], *(words[1:] or words))

    def answer_starts(self, **differences: Any) -> None:
        self.fake.started = _in_stripes_words(differences)

    def expire(self, reference: str) -> None:
        self.fake.expire(reference)

    def webhook(self, reference: str) -> Webhook:
        session = self.fake.session(reference)
        stands = session["status"], session["payment_status"]
        kind = EVENTS.get(stands, "checkout.session.completed")
        intent = self.fake.intents.get(session["payment_intent"], {})
        if kind.endswith("completed") and intent.get("status") == "requires_payment_method":
            kind = "checkout.session.async_payment_failed"
        return self._event(kind, session, f"evt_{session['id']}_{session['payment_status']}_{kind}")

    def strange_webhook(self, reference: str) -> Webhook:
        return self._event("checkout.session.surprised", self.fake.session(reference), "evt_surprise")

    def stale(self, webhook: Webhook) -> Webhook:
        return Webhook(webhook.body, self.fake.sign(webhook.body, age=3600))

    def refund(self, reference: str, amount: int) -> None:
        self.fake.refund_in_dashboard(reference, amount)

    def refunded(self, reference: str) -> int:
        return self.fake.refunded(self.fake.session(reference)["payment_intent"])

    def fail_refunds(self, reference: str) -> None:
        for refund in self.fake.refunds.values():
            refund["status"] = "failed"

    def refund_webhook(self, reference: str) -> Webhook:
        refund = list(self.fake.refunds.values())[-1]
        return self._event("refund.updated", refund, f"evt_{refund['id']}_{refund['status']}")

    def dispute_webhook(self, reference: str, outcome: str) -> Webhook:
        event, status = DISPUTES[outcome]
        dispute = self.fake.dispute(reference, status)
        return self._event(f"charge.dispute.{event}", dispute, f"evt_{dispute['id']}_{event}")

    def sign(self, body: bytes) -> dict[str, str]:
        return self.fake.sign(body)

    def _event(self, kind: str, thing: dict[str, Any], event_id: str) -> Webhook:
        return Webhook(*self.fake.webhook(kind, thing, id=event_id))


def _in_stripes_words(differences: dict[str, Any]) -> dict[str, Any]:
    names = {"amount": "amount_total", "is_live": "livemode", "reference": "client_reference_id"}
    return {names.get(name, name): value for name, value in differences.items()}


class TestStripe(
    GatewayContract,
    FaultContract,
    SlowMethodContract,
    ExpiryContract,
    DatedSignatureContract,
    DisputeContract,
    RefundFaultContract,
    LateRefundContract,
):
    backend = "partscatalog.payments.gateways.stripe.StripeGateway"
    misfits = (
        ({"amount": 100}, "amount"),
        ({"amount": 10**9}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "ghs"}, "currency"),
        ({"is_live": True}, "mode"),
        ({"reference": "ORD_1_of_somebody_else"}, "reference"),
    )
    #: Of the session, of its money, and of the payment intent behind it.
    statuses = (
        ("open unpaid", "pending"),
        ("open unpaid requires_payment_method", "pending"),
        ("complete paid succeeded", "paid"),
        ("complete unpaid", "pending"),
        ("complete no_payment_required", "pending"),
        ("complete unpaid processing", "pending"),
        ("complete unpaid requires_action", "pending"),
        ("complete unpaid requires_confirmation", "pending"),
        ("complete unpaid requires_capture", "pending"),
        ("complete unpaid requires_payment_method", "failed"),
        ("complete unpaid canceled", "failed"),
        ("expired unpaid", "failed"),
    )
    absent = {"FeeContract": "Stripe takes its fees from the shop, never on top of the price."}
    amounts = (
        ("0.30", "NGN", 30),
        ("500", "JPY", 500),
        ("500", "XOF", 500),
        ("500", "UGX", 50_000),
        ("1.234", "KWD", None),
        ("1.230", "KWD", 1230),
        ("10.005", "NGN", None),
    )

    @pytest.fixture
    def provider(self) -> Iterator[Stripe]:
        fake = FakeStripe()
        with fake.running():
            yield Stripe(fake)
