"""Sessions: what opens one, and what ends one."""

from __future__ import annotations

import time

import pytest
import stripe as sdk

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused, GatewayUnknown, Started
from tests.payments.fakes import attempt
from tests.payments.fakes.server import FAULTS
from tests.payments.fakes.stripe import API_VERSION, SECRET_KEY, SESSIONS
from tests.payments.gateways.stripe.asking import CLEAR_REFUSALS, REFERENCE, TIMEOUT, gateway, request


def test_start_opens_a_session_of_one_line_with_the_total_and_ids_only(stripe, live):
    """T-PAY-1"""
    started = live.start(request())

    (session,) = stripe.sessions.values()
    assert started == Started(
        reference=REFERENCE, access_code=session["id"], authorization_url=session["url"]
    )
    (call,) = stripe.calls
    known = {"reference": REFERENCE, "order_id": "7", "order_number": "K7QX2M", "user_id": "5"}
    assert (call.method, call.path) == ("POST", SESSIONS)
    assert call.document == {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "ngn",
        "line_items[0][price_data][unit_amount]": "750000",
        "line_items[0][price_data][product_data][name]": "K7QX2M",
        "customer_email": "buyer@example.com",
        "client_reference_id": REFERENCE,
        "adaptive_pricing[enabled]": "false",
        "success_url": f"https://shop.example.com/back/?reference={REFERENCE}"
        "&session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": f"https://shop.example.com/back/?reference={REFERENCE}",
        **{f"metadata[{name}]": value for name, value in known.items()},
        **{f"payment_intent_data[metadata][{name}]": value for name, value in known.items()},
    }


def test_each_call_pins_the_version_and_tells_nothing_of_the_server(stripe, live):
    live.start(request())

    headers = stripe.calls[0].headers
    assert headers["Authorization"] == f"Bearer {SECRET_KEY}"
    assert headers["Stripe-Version"] == API_VERSION
    assert headers["Idempotency-Key"] == REFERENCE
    assert [name for name in headers if name.startswith("X-")] == []
    assert sdk.enable_telemetry is False


@pytest.mark.parametrize(
    ("page", "success", "cancel"),
    [
        ("https://a.example/", "https://a.example/?reference=R&{id}", "https://a.example/?reference=R"),
        (
            "https://a.example/?x=1",
            "https://a.example/?x=1&reference=R&{id}",
            "https://a.example/?x=1&reference=R",
        ),
        (
            "https://a.example/#/paid",
            "https://a.example/?reference=R&{id}#/paid",
            "https://a.example/?reference=R#/paid",
        ),
    ],
)
def test_the_buyer_comes_back_with_the_reference_whatever_the_page_has_already(
    stripe, live, page, success, cancel
):
    live.start(request(reference="R", return_url=page))

    form = stripe.calls[0].document
    assert form["success_url"] == success.replace("{id}", "session_id={CHECKOUT_SESSION_ID}")
    assert form["cancel_url"] == cancel


def test_start_asks_nobody_where_the_site_has_no_address(stripe, live):
    with pytest.raises(GatewayRefused, match="back to"):
        live.start(request(return_url=""))

    assert stripe.calls == []


def test_the_same_attempt_told_again_is_the_same_session(stripe, live):
    assert live.start(request()) == live.start(request())
    assert len(stripe.sessions) == 1


def test_an_attempt_told_again_with_another_amount_is_an_unknown_outcome(stripe, live):
    live.start(request())

    with pytest.raises(GatewayUnknown):
        live.start(request(amount=1))

    assert len(stripe.sessions) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_start_tells_a_refusal_from_an_unknown_outcome_within_the_bound(stripe, live, fault):
    """T-PAY-12, T-PAY-13, T-PAY-16"""
    stripe.faults[SESSIONS] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayRefused if fault in CLEAR_REFUSALS else GatewayUnknown):
        live.start(request())

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert [call.path for call in stripe.calls] == [SESSIONS]


@pytest.mark.parametrize(
    ("status", "error", "refusal"),
    [
        (400, {"type": "invalid_request_error", "code": "parameter_invalid"}, GatewayRefused),
        (400, {"type": "idempotency_error"}, GatewayUnknown),
        (400, {"type": "invalid_request_error", "code": "rate_limit"}, GatewayRefused),
        (401, {"message": "Invalid API Key"}, GatewayRefused),
        (402, {"type": "card_error", "code": "card_declined"}, GatewayRefused),
        (403, {"message": "The key may not do this"}, GatewayRefused),
        (404, {"message": "Unrecognized request URL"}, GatewayRefused),
        (408, {"message": "Timeout"}, GatewayUnknown),
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, GatewayUnknown),
        (424, {"message": "A dependency failed"}, GatewayUnknown),
        (429, {"code": "lock_timeout"}, GatewayRefused),
        (500, {"type": "api_error"}, GatewayUnknown),
        (503, {"type": "api_error"}, GatewayUnknown),
        (400, 5, GatewayUnknown),
        (400, "invalid_client", GatewayRefused),
        (400, None, GatewayUnknown),
        (400, {"code": ["x"], "type": {}}, GatewayRefused),
    ],
)
def test_each_error_is_a_refusal_or_leaves_a_doubt(stripe, live, status, error, refusal):
    stripe.reply = lambda call: (status, {"error": error})

    with pytest.raises(refusal):
        live.start(request())


def test_start_is_refused_when_nobody_listens():
    with pytest.raises(GatewayRefused, match="not reached"):
        gateway(BASE_URL="http://127.0.0.1:9").start(request())


@pytest.mark.parametrize(
    "change",
    [
        {"url": None},
        {"url": "https://"},
        {"url": "javascript:alert(1)"},
        {"url": "https://evil.example/\r\nSet-Cookie: a=b"},
        {"url": ["https://checkout.stripe.com/1"]},
        {"id": None},
        {"id": ""},
        {"id": "pi_1"},
        {"id": "cs_test_../../refunds"},
        {"id": "cs_" + "x" * 300},
        {"id": {"a": 1}},
    ],
)
def test_start_believes_no_answer_without_a_page_to_pay_on(stripe, live, change):
    plain = {"object": "checkout.session", "id": "cs_1", "client_reference_id": REFERENCE}
    stripe.reply = lambda call: (200, {**plain, "url": "https://checkout.example", **change})

    with pytest.raises(GatewayUnknown):
        live.start(request())


@pytest.mark.parametrize("is_known", [True, False])
def test_close_expires_an_open_session_and_may_be_told_again(stripe, live, is_known):
    started = live.start(request())
    known = attempt(REFERENCE, access_code=started.access_code if is_known else "")

    live.close(known)
    live.close(known)

    assert stripe.session(REFERENCE)["status"] == "expired"
    assert [call.method for call in stripe.calls].count("POST") == 2


def test_a_session_that_was_completed_is_not_closed(stripe, live, paid):
    with pytest.raises(GatewayUnknown, match="completed"):
        live.close(paid)

    assert [call.method for call in stripe.calls] == ["GET"]


def test_what_was_never_opened_needs_no_closing(stripe, live):
    live.close(attempt(REFERENCE))

    assert [call.method for call in stripe.calls] == ["GET"]


def test_a_session_that_is_paid_while_it_is_closed_stays_a_question(stripe, live, monkeypatch):
    started = live.start(request())
    expire = stripe._expire

    def too_late(session_id):
        stripe.pay(REFERENCE)
        return expire(session_id)

    monkeypatch.setattr(stripe, "_expire", too_late)

    with pytest.raises(GatewayUnknown, match="completed"):
        live.close(attempt(REFERENCE, access_code=started.access_code))


def test_a_session_that_two_close_at_once_is_closed(stripe, live, monkeypatch):
    started = live.start(request())
    expire = stripe._expire

    def twice(session_id):
        expire(session_id)
        return expire(session_id)

    monkeypatch.setattr(stripe, "_expire", twice)

    live.close(attempt(REFERENCE, access_code=started.access_code))


def test_a_close_whose_answer_was_lost_is_told_again(stripe, live):
    started = live.start(request())
    stripe.breaks_after.add(f"{SESSIONS}/{started.access_code}/expire")
    known = attempt(REFERENCE, access_code=started.access_code)

    with pytest.raises(GatewayError):
        live.close(known)

    live.close(known)


@pytest.mark.parametrize("fault", FAULTS)
def test_close_raises_for_every_broken_answer(stripe, live, fault):
    started = live.start(request())
    stripe.faults[f"{SESSIONS}/{started.access_code}/expire"] = fault

    with pytest.raises(GatewayError):
        live.close(attempt(REFERENCE, access_code=started.access_code))
