"""The gateway of the guide keeps the promises that the guide makes."""

from __future__ import annotations

import json

import pytest

from partscatalog.payments.gateways.base import (
    GatewayRefused,
    GatewayUnknown,
    Standing,
    StartRequest,
    WebhookRefused,
)
from partscatalog.payments.gateways.signing import sign
from tests.docs.test_pages import load
from tests.payments.fakes import attempt
from tests.payments.fakes.server import FakeServer

KEY = "acme-key"
PAYMENT = {"reference": "ORD_1_abc", "state": "paid", "amount": 750_000, "currency": "NGN", "card": "token"}
BODY = json.dumps({"kind": "payment", "id": "ev_1", "payment": PAYMENT}).encode()


class Acme(FakeServer):
    def reply(self, call):
        if call.method == "POST":
            return 201, {
                "reference": call.document["reference"],
                "id": "p_1",
                "page": "https://acme.example/p_1",
            }
        return (200, PAYMENT) if call.path.endswith("ORD_1_abc") else (404, {})


@pytest.fixture
def acme():
    with Acme().running() as server:
        yield server


@pytest.fixture
def gateway(acme):
    options = {"SECRET_KEY": KEY, "BASE_URL": acme.url, "TIMEOUT": 1}
    return load("howto/acme.py").AcmeGateway(alias="acme", options=options)


REQUEST = StartRequest(
    reference="ORD_1_abc",
    amount=750_000,
    currency="NGN",
    email="buyer@example.com",
    order_id=1,
    order_number="ABC",
    user_id="2",
)


def test_start_opens_a_payment_and_names_its_page(acme, gateway):
    started = gateway.start(REQUEST)

    assert started.authorization_url == "https://acme.example/p_1"
    assert acme.calls[0].document["amount"] == 750_000


@pytest.mark.parametrize(
    ("fault", "outcome"), [("401", GatewayRefused), ("500", GatewayUnknown), ("lost", GatewayUnknown)]
)
def test_start_tells_a_refusal_from_an_unknown_outcome(acme, gateway, fault, outcome):
    acme.faults[""] = fault

    with pytest.raises(outcome):
        gateway.start(REQUEST)


def test_fetch_says_how_the_payment_stands_and_keeps_a_whitelist(gateway):
    status = gateway.fetch(attempt("ORD_1_abc"))

    assert status.standing is Standing.PAID
    assert status.covers(750_000)
    assert "card" not in status.shown
    assert gateway.fetch(attempt("ORD_2_def")).standing is Standing.MISSING


def test_a_signed_webhook_is_read(gateway):
    event = gateway.parse_webhook(headers={"acme-signature": sign(BODY, key=KEY)}, body=BODY)

    assert (event.kind, event.event_id, event.reference) == ("payment", "ev_1", "ORD_1_abc")


@pytest.mark.parametrize("signature", ["", "é", sign(BODY, key="another"), sign(BODY + b" ", key=KEY)])
def test_a_forged_webhook_is_refused(gateway, signature):
    """T-HOOK-1."""
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(headers={"acme-signature": signature}, body=BODY)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_a_signed_body_that_is_no_event_is_refused(gateway, body):
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(headers={"acme-signature": sign(body, key=KEY)}, body=body)
