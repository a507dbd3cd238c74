"""The sandbox, whose provider is this very site: it has no network that could break."""

from __future__ import annotations

import json
from typing import Any

import pytest

from partscatalog.payments.models import SandboxTransaction
from partscatalog.payments.sandbox.gateway import SandboxGateway
from partscatalog.payments.sandbox.store import Store
from partscatalog.testing.gateways import (
    ALIAS,
    GatewayContract,
    Provider,
    RefundContract,
    SlowMethodContract,
    Webhook,
)

SECRET = "the sandbox signs with this"


class Sandbox(Provider):
    """The desk of the sandbox; ``said`` holds what it says of each transaction otherwise than its books."""

    options = {"SECRET_KEY": SECRET}
    other_options = {"SECRET_KEY": "another"}
    secrets = (SECRET,)

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.said: dict[str, dict[str, object]] = {}

    def _row(self, reference: str) -> Any:
        return SandboxTransaction.objects.filter(account=ALIAS, reference=reference)

    def asked(self, reference: str) -> tuple[int, str]:
        row = self._row(reference).get()
        return row.amount, row.currency

    def payable(self) -> int:
        return SandboxTransaction.objects.filter(account=ALIAS, status__in=["open", "paid", "later"]).count()

    def pay(self, reference: str, /, **differences: Any) -> None:
        row = self._row(reference).get()
        # A buyer may pay another amount at its page; all else it could only say.
        self._row(reference).update(status="paid", paid_amount=differences.pop("amount", row.amount))
        self.said[reference] = differences

    def decline(self, reference: str) -> None:
        self._row(reference).update(status="declined")

    def slow(self, reference: str) -> None:
        self._row(reference).update(status="later")

    def stand(self, reference: str, status: str) -> None:
        self._row(reference).update(status=status)

    def webhook(self, reference: str) -> Webhook:
        data = self._row(reference).get().describe()
        return self._event(f"transaction.{data['status']}", data)

    def refund(self, reference: str, amount: int) -> None:
        assert Store(ALIAS).refund(reference, amount=amount)

    def refunded(self, reference: str) -> int:
        return sum(refund.amount for refund in Store(ALIAS).refunds(reference))

    def refund_webhook(self, reference: str) -> Webhook:
        return self._event("transaction.refunded", self._row(reference).get().describe())

    def strange_webhook(self, reference: str) -> Webhook:
        return self._event("transaction.surprise", self._row(reference).get().describe())

    def sign(self, body: bytes) -> dict[str, str]:
        return dict(SandboxGateway(alias=ALIAS, options=self.options).sign(body))

    def _event(self, kind: str, data: dict[str, object]) -> Webhook:
        body = json.dumps({"id": f"evt_{kind}_{data['reference']}", "event": kind, "data": data}).encode()
        return Webhook(body, self.sign(body))


class TestSandbox(GatewayContract, SlowMethodContract, RefundContract):
    backend = "partscatalog.payments.sandbox.gateway.SandboxGateway"
    misfits = (
        ({"amount": 100}, "amount"),
        ({"amount": 10**9}, "amount"),
        ({"currency": "GHS"}, "currency"),
        ({"reference": "ORD_1_of_somebody_else"}, "reference"),
    )
    statuses = (
        ("open", "pending"),
        ("paid", "paid"),
        ("declined", "failed"),
        ("cancelled", "failed"),
        ("later", "pending"),
    )
    absent = {
        "FaultContract": "It is this very site: no network lies between, and its answers are our own.",
        "RefundFaultContract": "As for a start.",
        "LateRefundContract": "Its refunds are done at once.",
        "ExpiryContract": "Its pages do not end.",
        "FeeContract": "It has no fees.",
        "DisputeContract": "Nobody disputes money that does not move.",
        "DatedSignatureContract": "It signs the body alone, without a time.",
    }
    amounts = (("0.30", "NGN", 30), ("500", "JPY", 500), ("1.234", "KWD", 1234), ("10.005", "NGN", None))

    @pytest.fixture
    def provider(self, monkeypatch):
        sandbox = Sandbox()
        describe = SandboxTransaction.describe
        monkeypatch.setattr(
            SandboxTransaction,
            "describe",
            lambda row: {**describe(row), **sandbox.said.get(row.reference, {})},
        )
        return sandbox
