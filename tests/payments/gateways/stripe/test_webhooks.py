"""Webhooks: what proves one, and what each event is taken for."""

from __future__ import annotations

import json
import time

import pytest

from partscatalog.payments.gateways.base import Dispute, Standing, WebhookRefused
from tests.payments.fakes.stripe import CARD_FINGERPRINT, SECRET_KEY, WEBHOOK_SECRET, signature
from tests.payments.gateways.stripe.asking import REFERENCE, gateway, refund_request, request


@pytest.mark.parametrize(
    ("kind", "happen", "standing"),
    [
        ("completed", "pay", Standing.PAID),
        ("completed", "complete_unpaid", Standing.PENDING),
        ("async_payment_succeeded", "pay", Standing.PAID),
        ("async_payment_failed", "fail", Standing.FAILED),
        ("async_payment_failed", "pay", Standing.PAID),
        ("expired", "expire", Standing.EXPIRED),
    ],
)
def test_an_event_of_a_session_says_how_the_payment_stands(stripe, live, kind, happen, standing):
    live.start(request())
    session = getattr(stripe, happen)(REFERENCE)
    body, headers = stripe.webhook(f"checkout.session.{kind}", session)

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.event_id) == (f"checkout.session.{kind}", json.loads(body)["id"])
    assert event.status is not None
    assert (event.reference, event.status.standing) == (REFERENCE, standing)
    assert event.shown == event.status.shown
    assert (event.dispute, event.is_hint) == (None, False)


def test_a_paid_event_says_what_fetch_says_and_no_more(stripe, live, paid):
    """T-LEAK-1"""
    body, headers = stripe.webhook("checkout.session.completed", stripe.session(REFERENCE))
    stripe.calls.clear()

    event = live.parse_webhook(headers=headers, body=body)

    assert stripe.calls == []
    assert event.status == live.fetch(paid)
    assert "buyer@example.com" not in repr(event)


@pytest.mark.parametrize(
    "kind", ["charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed"]
)
def test_an_event_of_a_refund_only_hints_that_asking_pays(stripe, live, paid, kind):
    live.refund(refund_request(paid))
    thing = stripe.charge(REFERENCE) if kind == "charge.refunded" else next(iter(stripe.refunds.values()))
    body, headers = stripe.webhook(kind, thing)

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.reference, event.provider_id) == (kind, REFERENCE, paid.provider_id)
    assert (event.status, event.dispute, event.is_hint) == (None, None, True)
    assert event.shown["payment_intent"] == paid.provider_id
    assert CARD_FINGERPRINT not in repr(event)


def test_an_event_of_a_refund_from_the_dashboard_is_known_by_its_money(stripe, live, paid):
    body, headers = stripe.webhook("refund.created", stripe.refund_in_dashboard(REFERENCE, 100))

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.reference, event.provider_id, event.is_hint) == ("", paid.provider_id, True)


@pytest.mark.parametrize(
    ("kind", "status", "dispute"),
    [
        ("created", "needs_response", Dispute.OPENED),
        ("created", "warning_needs_response", Dispute.OPENED),
        ("created", "a status of next year", Dispute.OPENED),
        ("created", "lost", Dispute.LOST),
        ("funds_withdrawn", "needs_response", Dispute.OPENED),
        ("funds_withdrawn", "lost", Dispute.LOST),
        ("updated", "under_review", None),
        ("updated", "appeal_under_review", None),
        ("updated", "won", Dispute.WON),
        ("closed", "won", Dispute.WON),
        ("closed", "lost", Dispute.LOST),
        ("closed", "warning_closed", Dispute.WON),
        ("closed", "prevented", Dispute.WON),
        ("closed", "a status of next year", None),
        ("funds_reinstated", "won", Dispute.WON),
        ("funds_reinstated", "under_review", None),
        ("closed", None, None),
        ("closed", [], None),
    ],
)
def test_an_event_of_a_dispute_says_what_became_of_it(stripe, live, paid, kind, status, dispute):
    body, headers = stripe.webhook(f"charge.dispute.{kind}", stripe.dispute(REFERENCE, status))

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.reference, event.provider_id) == ("", paid.provider_id)
    assert (event.status, event.dispute, event.is_hint) == (None, dispute, False)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("payment_intent.succeeded", {}),
        ("checkout.session.of_next_year", {}),
        ("charge.succeeded", {}),
        ("checkout.session.completed", {"account": "acct_1"}),
        ("checkout.session.completed", {"account": ["acct_1"]}),
        ("refund.created", {"account": "acct_1"}),
        ("charge.dispute.created", {"account": "acct_1"}),
    ],
)
def test_other_events_and_those_of_other_accounts_speak_of_no_payment(stripe, live, paid, kind, changes):
    """T-HOOK-3"""
    body, headers = stripe.webhook(kind, stripe.session(REFERENCE), **changes)

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.reference, event.provider_id) == (kind, "", "")
    assert (event.status, event.dispute, event.is_hint) == (None, None, False)


BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "data": {
            "object": {"client_reference_id": REFERENCE, "status": "complete", "payment_status": "paid"}
        },
    }
).encode()
NOW = int(time.time())
GOOD = signature(BODY, WEBHOOK_SECRET, NOW)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "t=,v1=",
        f"t={NOW}",
        f"v1={GOOD}",
        f"t=now,v1={GOOD}",
        f"t={'9' * 5000},v1={GOOD}",
        f"t={NOW},v1=",
        f"t={NOW},v0={GOOD}",
        f"t={NOW},v1={GOOD[:-1]}",
        f"t={NOW},v1={GOOD}0",
        f"t={NOW},v1={GOOD.upper()}",
        f"t={NOW + 1},v1={GOOD}",
        f"t={NOW},v1={'é' * 64}",
        f"t={NOW},v1={GOOD},v1=é",
        f"t={NOW},v1=\udcff",
        f"t={NOW},v1={signature(BODY, 'whsec_another', NOW)}",
        f"t={NOW},v1={signature(BODY, '', NOW)}",
        f"t={NOW},v1={signature(BODY, SECRET_KEY, NOW)}",
        f"t={NOW},v1={signature(BODY + b' ', WEBHOOK_SECRET, NOW)}",
        f"t={NOW},v1={signature(json.dumps(json.loads(BODY), indent=1).encode(), WEBHOOK_SECRET, NOW)}",
        f"t={NOW - 400},v1={signature(BODY, WEBHOOK_SECRET, NOW - 400)}",
    ],
)
def test_a_forged_or_stale_webhook_is_refused(header):
    """T-HOOK-1, T-HOOK-3, T-HOOK-4"""
    with pytest.raises(WebhookRefused, match="signature"):
        gateway().parse_webhook(headers={"stripe-signature": header}, body=BODY)


def test_a_webhook_without_a_signature_is_refused():
    """T-HOOK-1"""
    with pytest.raises(WebhookRefused, match="signature"):
        gateway().parse_webhook(headers={}, body=BODY)


@pytest.mark.parametrize("age", [0, 290, -60])
def test_a_webhook_is_believed_for_five_minutes(stripe, age):
    headers = stripe.sign(BODY, age=age)

    assert gateway().parse_webhook(headers=headers, body=BODY).reference == REFERENCE


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("whsec_old", ["whsec_old"]),
        (["whsec_old", "whsec_new"], ["whsec_old"]),
        (("whsec_old", "whsec_new"), ["whsec_new"]),
        (["whsec_new"], ["whsec_old", "whsec_new"]),
        (["whsec_new", ""], ["whsec_new"]),
    ],
)
def test_while_a_secret_is_rolled_each_proves_a_webhook(stripe, ours, theirs):
    headers = stripe.sign(BODY, secrets=tuple(theirs))

    event = gateway(WEBHOOK_SECRETS=ours).parse_webhook(headers=headers, body=BODY)

    assert event.reference == REFERENCE


@pytest.mark.parametrize(
    "options",
    [
        {"WEBHOOK_SECRETS": ""},
        {"WEBHOOK_SECRETS": []},
        {"WEBHOOK_SECRETS": [""]},
        {"WEBHOOK_SECRETS": None},
        {"WEBHOOK_SECRETS": " "},
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "pk_test_everyone_knows_this"},
    ],
)
def test_without_key_or_webhook_secret_every_webhook_is_refused(stripe, options):
    """T-HOOK-1"""
    for secret in (WEBHOOK_SECRET, "", " "):
        with pytest.raises(WebhookRefused, match="no key"):
            gateway(**options).parse_webhook(headers=stripe.sign(BODY, secrets=(secret,)), body=BODY)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"object": "event", "id": "evt_1", "type": 7, "data": {"object": {}}}',
        b'{"object": "event", "id": "evt_1", "type": "", "data": {"object": {}}}',
        b'{"object": "event", "type": "a.b", "data": {"object": {}}}',
        b'{"object": "event", "id": 7, "type": "a.b", "data": {"object": {}}}',
        b'{"object": "event", "id": "\\ud800", "type": "a.b", "data": {"object": {}}}',
        b'{"object": "event", "id": "evt_1", "type": "a.b"}',
        b'{"object": "event", "id": "evt_1", "type": "a.b", "data": []}',
        b'{"object": "event", "id": "evt_1", "type": "a.b", "data": {}}',
        b'{"object": "event", "id": "evt_1", "type": "a.b", "data": {"object": [1]}}',
        b'{"object": "v2.core.event", "id": "evt_1", "type": "a.b", "data": {"object": {}}}',
        b"[" * 100_000,
        b'{"data": ' * 100_000,
        b'{"object": "event", "id": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(stripe, body):
    """T-HOOK-2"""
    with pytest.raises(WebhookRefused, match="no event"):
        gateway().parse_webhook(headers=stripe.sign(body), body=body)


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a": "\xe9"}', BODY + b"\xff"])
def test_a_signed_body_that_is_no_text_is_refused(stripe, body):
    """T-HOOK-2"""
    with pytest.raises(WebhookRefused, match="signature"):
        gateway().parse_webhook(headers=stripe.sign(body), body=body)


@pytest.mark.parametrize(
    "kind", ["checkout.session.completed", "charge.refunded", "refund.updated", "charge.dispute.closed"]
)
@pytest.mark.parametrize("value", [None, 7, [], {}, [[]], {"id": 7}, "a/b", "\x00", "\ud800", True, 1.5])
def test_a_signed_event_of_odd_fields_speaks_of_no_payment(stripe, kind, value):
    """T-HOOK-2"""
    names = ("client_reference_id", "metadata", "status", "payment_status", "currency", "livemode", "amount")
    thing = {**dict.fromkeys(names, value), "payment_intent": value if value != "a/b" else None}
    body, headers = stripe.webhook(kind, thing)

    event = gateway().parse_webhook(headers=headers, body=body)

    assert (event.reference, event.provider_id) == ("", "")


def test_what_is_kept_of_an_event_suits_any_database(stripe):
    thing = {"reason": "a\x00b\ud800" + "c" * 300, "amount": 2**64, "id": 1.5, "payment_intent": "pi_\x00"}
    body, headers = stripe.webhook("refund.\x00updated", thing)

    event = gateway().parse_webhook(headers=headers, body=body)

    assert event.kind == "refund.updated"
    assert event.shown == {"reason": "ab?" + "c" * 251}
