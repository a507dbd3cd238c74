"""Paystack, by HTTP against a fake of its API on the loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from partscatalog.testing.gateways import (
    DisputeContract,
    FaultContract,
    FeeContract,
    GatewayContract,
    LateRefundContract,
    Provider,
    RefundFaultContract,
    SlowMethodContract,
    Webhook,
)
from tests.payments.fakes.paystack import AUTHORIZATION_CODE, SECRET_KEY, FakePaystack

if TYPE_CHECKING:
    from collections.abc import Iterator

DISPUTES = {
    "opened": ("create", None),
    "won": ("resolve", "declined"),
    "lost": ("resolve", "merchant-accepted"),
}
DOMAINS = {True: "live", False: "test", None: None}


class Paystack(Provider):
    """The desk of a fake Paystack; of a payment that failed it tells nothing that could be believed."""

    other_options = {"SECRET_KEY": "sk_test_another"}
    secrets = (SECRET_KEY, AUTHORIZATION_CODE)
    # A refund is looked up before it is made: this one fails while it is made.
    paths = {"start": "/transaction/initialize", "fetch": "/transaction/verify/", "refund": "POST /refund"}

    def __init__(self, fake: FakePaystack) -> None:
        self.fake = fake
        self.faults = fake.faults
        self.options = {"SECRET_KEY": SECRET_KEY, "BASE_URL": fake.url, "TIMEOUT": 0.5}

    def asked(self, reference: str) -> tuple[int, str]:
        transaction = self.fake.transactions[reference]
        return transaction["requested_amount"], transaction["currency"]

    def payable(self) -> int:
        return len(self.fake.transactions)

    def pay(self, reference: str, /, **differences: Any) -> None:
        changes = dict(differences)
        if "amount" in changes:
            changes["requested_amount"] = changes["amount"]
        if "is_live" in changes:
            changes["domain"] = DOMAINS[changes.pop("is_live")]
        self.fake.pay(reference, **changes)

    def decline(self, reference: str) -> None:
        self.stand(reference, "failed")

    def slow(self, reference: str) -> None:
        self.stand(reference, "pending")

    def stand(self, reference: str, status: str) -> None:
        self.fake.transactions[reference]["status"] = status

    def add_fees(self, reference: str, fees: int) -> None:
        self.fake.transactions[reference]["amount"] += fees

    def webhook(self, reference: str) -> Webhook:
        transaction = self.fake.transactions[reference]
        return Webhook(*self.fake.webhook(f"charge.{transaction['status']}", transaction))

    def strange_webhook(self, reference: str) -> Webhook:
        return Webhook(*self.fake.webhook("charge.surprise", self.fake.transactions[reference]))

    def answer_starts(self, **differences: Any) -> None:
        names = {"url": "authorization_url"}
        self.fake.started = {names.get(name, name): value for name, value in differences.items()}

    def refund(self, reference: str, amount: int) -> None:
        self.fake.refund_at_the_desk(reference, amount)

    def refunded(self, reference: str) -> int:
        return self.fake.refunded(reference)

    def fail_refunds(self, reference: str) -> None:
        for refund in self.fake.refunds:
            self.fake.settle(refund, "failed")

    def refund_webhook(self, reference: str) -> Webhook:
        return Webhook(*self.fake.refund_webhook(self.fake.refunds[0]))

    def dispute_webhook(self, reference: str, outcome: str) -> Webhook:
        event, resolution = DISPUTES[outcome]
        return Webhook(*self.fake.dispute_webhook(event, reference, resolution=resolution))

    def sign(self, body: bytes) -> dict[str, str]:
        return self.fake.sign(body)


class TestPaystack(
    GatewayContract,
    FaultContract,
    FeeContract,
    SlowMethodContract,
    DisputeContract,
    RefundFaultContract,
    LateRefundContract,
):
    backend = "partscatalog.payments.gateways.paystack.PaystackGateway"
    misfits = (
        ({"amount": 100}, "amount"),
        ({"amount": 10**9}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "GHS"}, "currency"),
        ({"is_live": True}, "mode"),
        ({"reference": "ORD_1_of_somebody_else"}, "reference"),
    )
    statuses = (
        ("abandoned", "pending"),
        ("failed", "failed"),
        ("ongoing", "pending"),
        ("pending", "pending"),
        ("processing", "pending"),
        ("queued", "pending"),
        ("reversed", "failed"),
        ("success", "paid"),
    )
    absent = {
        "ExpiryContract": "Paystack tells of no end of a page: it stays abandoned until it is paid.",
        "DatedSignatureContract": "Paystack signs the body alone, without a time.",
    }
    amounts = (
        ("0.30", "NGN", 30),
        ("500", "XOF", 50_000),
        ("0.01", "GHS", 1),
        ("1.234", "KWD", None),
        ("10.005", "NGN", None),
    )

    @pytest.fixture
    def provider(self) -> Iterator[Paystack]:
        fake = FakePaystack()
        with fake.running():
            yield Paystack(fake)
