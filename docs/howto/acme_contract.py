"""The example gateway's tests: a fake Acme on the loopback, and the contract that every gateway keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from partscatalog.payments.gateways.signing import sign
from partscatalog.testing.gateways import (
    FaultContract,
    GatewayContract,
    LateRefundContract,
    Provider,
    RefundFaultContract,
    SlowMethodContract,
    Webhook,
)
from partscatalog.testing.server import Call, FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEY = "test_key_of_the_shop"
#: Acme sends it along, and it can charge the card again.
CARD = "card_to_charge_again"


@dataclass
class AcmeApi(FakeServer):
    """Acme as the shop's gateway speaks to it: payments by reference, refunds in their order."""

    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    started: dict[str, Any] = field(default_factory=dict)

    def reply(self, call: Call) -> Reply:
        if call.headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {}
        if call.path == "/checkouts":
            return self._open(call.document)
        if call.path == "/refunds":
            return self.give_back(call.document)
        reference, _, rest = call.path.removeprefix("/payments/").partition("/")
        if reference not in self.payments:
            return 404, {}
        return 200, {"refunds": self.refunds_of(reference)} if rest else self.payments[reference]

    def _open(self, document: dict[str, Any]) -> Reply:
        reference = document["reference"]
        if reference in self.payments:
            return 409, {}
        asked = {name: document[name] for name in ("reference", "amount", "currency")}
        self.payments[reference] = {**asked, "state": "open", "mode": "test", "card": CARD}
        page = {"id": f"ch_{reference}", "page": f"{self.url}/pay/{reference}"}
        return 201, {"reference": reference, **page, **self.started}

    def give_back(self, document: dict[str, Any]) -> Reply:
        made = next((refund for refund in self.refunds if refund["key"] == document["key"]), None)
        if made is not None:
            return 200, made
        reference, amount = document["reference"], document["amount"]
        if self.refunded(reference) + amount > self.payments[reference]["amount"]:
            return 422, {}
        self.refunds.append({"id": f"re_{len(self.refunds)}", "state": "sent", **document})
        return 201, self.refunds[-1]

    def refunds_of(self, reference: str) -> list[dict[str, Any]]:
        return [refund for refund in self.refunds if refund["reference"] == reference]

    def refunded(self, reference: str) -> int:
        return sum(refund["amount"] for refund in self.refunds_of(reference) if refund["state"] != "failed")


@dataclass
class FakeAcme(AcmeApi, Provider):
    """Acme as the contract needs it: what happens on its pay page and at its desk, and what it tells."""

    secrets = (KEY, CARD)
    paths = {"start": "/checkouts", "fetch": "/payments", "refund": "/refunds"}

    def asked(self, reference: str) -> tuple[int, str]:
        return self.payments[reference]["amount"], self.payments[reference]["currency"]

    def payable(self) -> int:
        return sum(payment["state"] != "declined" for payment in self.payments.values())

    def pay(self, reference: str, /, **differences: Any) -> None:
        self.payments[reference].update(state="paid", **differences)

    def stand(self, reference: str, status: str) -> None:
        self.payments[reference]["state"] = status

    def decline(self, reference: str) -> None:
        self.stand(reference, "declined")

    def slow(self, reference: str) -> None:
        self.stand(reference, "waiting")

    def answer_starts(self, **differences: Any) -> None:
        self.started = {{"url": "page"}.get(name, name): value for name, value in differences.items()}

    def refund(self, reference: str, amount: int) -> None:
        self.give_back({"reference": reference, "key": f"desk_{len(self.refunds)}", "amount": amount})

    def fail_refunds(self, reference: str) -> None:
        for refund in self.refunds_of(reference):
            refund["state"] = "failed"

    def webhook(self, reference: str) -> Webhook:
        return self._event("payment", self.payments[reference]["state"], reference)

    def refund_webhook(self, reference: str) -> Webhook:
        refund = self.refunds_of(reference)[-1]
        return self._event("refund", f"{refund['id']}_{refund['state']}", reference)

    def strange_webhook(self, reference: str) -> Webhook:
        return self._event("surprise", "paid", reference)

    def sign(self, body: bytes) -> Mapping[str, str]:
        return {"acme-signature": sign(body, key=KEY)}

    def _event(self, kind: str, news: str, reference: str) -> Webhook:
        event = {"id": f"ev_{reference}_{news}", "kind": kind, "payment": self.payments[reference]}
        body = json.dumps(event).encode()
        return Webhook(body, self.sign(body))


def running_acme(*, timeout: float) -> Iterator[FakeAcme]:
    acme = FakeAcme()
    with acme.running():
        acme.options = {"SECRET_KEY": KEY, "BASE_URL": acme.url, "TIMEOUT": timeout}
        acme.other_options = {**acme.options, "SECRET_KEY": "test_key_of_another_shop"}
        yield acme


class TestAcme(GatewayContract, SlowMethodContract, LateRefundContract):
    backend = "acme.AcmeGateway"
    amounts = (("0.30", "NGN", 30), ("500", "XOF", 50_000), ("10.005", "NGN", None))
    misfits = (
        ({"amount": 100}, "amount"),
        ({"currency": "GHS"}, "currency"),
        ({"mode": "live"}, "mode"),
        ({"reference": "ORD_1_of_somebody_else"}, "reference"),
    )
    statuses = (("open", "pending"), ("waiting", "pending"), ("paid", "paid"), ("declined", "failed"))
    absent = {
        "FaultContract": "TestBrokenAcme keeps it.",
        "RefundFaultContract": "TestBrokenAcme keeps it.",
        "ExpiryContract": "Acme's pages do not end.",
        "FeeContract": "Acme has no fees that buyers bear.",
        "DisputeContract": "Acme tells of no disputes.",
        "DatedSignatureContract": "Acme signs the body alone, without a time.",
    }

    @pytest.fixture
    def provider(self) -> Iterator[FakeAcme]:
        yield from running_acme(timeout=5)


class TestBrokenAcme(FaultContract, RefundFaultContract):
    backend = "acme.AcmeGateway"

    @pytest.fixture
    def provider(self) -> Iterator[FakeAcme]:
        yield from running_acme(timeout=0.5)
