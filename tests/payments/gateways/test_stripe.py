"""Stripe: what is sent, and what each answer and event is taken for."""

from __future__ import annotations

import json
import sys
import time
import traceback
from datetime import timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest
import stripe as sdk
from django.utils import timezone

from partscatalog.payments.gateways.base import (
    Dispute,
    GatewayError,
    GatewayRefused,
    GatewayUnknown,
    RefundRequest,
    RefundStanding,
    RefundStatus,
    Standing,
    Started,
    StartRequest,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import FaultCode
from partscatalog.payments.gateways.stripe import StripeGateway
from tests.payments.fakes import attempt
from tests.payments.fakes.server import FAULTS
from tests.payments.fakes.stripe import (
    API_VERSION,
    CARD_FINGERPRINT,
    REFUNDS,
    SECRET_KEY,
    SESSIONS,
    WEBHOOK_SECRET,
    signature,
)

REFERENCE = "ORD_7_a1b2c3d4e5f6g7h8"
KEY = "RFD_0123456789abcdef"
TIMEOUT = 0.5
#: A fault of these leaves no doubt: Stripe said no.
CLEAR_REFUSALS = {"401", "429"}


def gateway(**options) -> StripeGateway:
    plain = {"SECRET_KEY": SECRET_KEY, "WEBHOOK_SECRETS": [WEBHOOK_SECRET]}
    return StripeGateway(alias="stripe", options={**plain, **options})


@pytest.fixture
def live(stripe) -> StripeGateway:
    return gateway(BASE_URL=stripe.url, TIMEOUT=TIMEOUT)


@pytest.fixture
def paid(stripe, live):
    """Return the attempt of a payment that was paid, as the shop knows it."""
    started = live.start(request())
    session = stripe.pay(REFERENCE)
    stripe.calls.clear()
    return attempt(REFERENCE, access_code=started.access_code, provider_id=session["payment_intent"])


def request(**changes) -> StartRequest:
    plain = {
        "reference": REFERENCE,
        "amount": 750_000,
        "currency": "NGN",
        "email": "buyer@example.com",
        "order_id": 7,
        "order_number": "K7QX2M",
        "user_id": "5",
        "return_url": "https://shop.example.com/back/",
    }
    return StartRequest(**{**plain, **changes})


def refund_request(of, **changes) -> RefundRequest:
    return RefundRequest(**{"key": KEY, "attempt": of, "amount": 250_000, "currency": "NGN", **changes})


# --- start


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


# --- fetch


def test_fetch_reduces_the_session_to_a_whitelist(stripe, live, paid):
    """T-LEAK-1"""
    status = live.fetch(paid)

    assert (status.reference, status.standing, status.amount) == (REFERENCE, Standing.PAID, 750_000)
    assert (status.currency, status.is_live, status.provider_id) == ("NGN", False, paid.provider_id)
    assert status.shown == {
        "id": paid.access_code,
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "amount_total": 750_000,
        "currency": "ngn",
        "livemode": False,
        "client_reference_id": REFERENCE,
        "payment_intent": paid.provider_id,
        "created": stripe.sessions[paid.access_code]["created"],
    }
    assert "buyer@example.com" not in repr(status)
    assert [unquote(call.path) for call in stripe.calls] == [
        f"{SESSIONS}/{paid.access_code}?expand[0]=payment_intent"
    ]


@pytest.mark.parametrize(
    ("status", "payment_status", "intent", "standing"),
    [
        ("complete", "paid", "succeeded", Standing.PAID),
        ("complete", "unpaid", "processing", Standing.PENDING),
        ("complete", "unpaid", "requires_payment_method", Standing.FAILED),
        ("complete", "unpaid", "canceled", Standing.FAILED),
        ("complete", "unpaid", "a status of next year", Standing.PENDING),
        ("complete", "unpaid", None, Standing.PENDING),
        ("complete", "no_payment_required", None, Standing.PENDING),
        ("open", "unpaid", None, Standing.PENDING),
        ("open", "unpaid", "requires_payment_method", Standing.PENDING),
        ("expired", "unpaid", None, Standing.EXPIRED),
        ("expired", "unpaid", "canceled", Standing.EXPIRED),
        ("expired", "paid", "succeeded", Standing.PAID),
        ("complete", "PAID", None, Standing.PENDING),
        ("complete", True, None, Standing.PENDING),
        ("complete", ["paid"], None, Standing.PENDING),
        (None, None, None, Standing.PENDING),
        ([], {}, None, Standing.PENDING),
    ],
)
def test_fetch_takes_only_paid_for_paid(stripe, live, paid, status, payment_status, intent, standing):
    """T-PAY-8"""
    session = stripe.sessions[paid.access_code]
    session.update(status=status, payment_status=payment_status)
    stripe.intents[paid.provider_id]["status"] = intent

    assert live.fetch(paid).standing is standing


def test_a_method_that_takes_days_is_pending_until_it_pays_or_fails(stripe, live):
    started = live.start(request())
    known = attempt(REFERENCE, access_code=started.access_code)
    said = []
    for happen in (stripe.decline, stripe.complete_unpaid, stripe.fail, stripe.pay):
        happen(REFERENCE)
        said.append(live.fetch(known).standing)

    assert said == [Standing.PENDING, Standing.PENDING, Standing.FAILED, Standing.PAID]


def test_fetch_of_a_session_that_stripe_does_not_know_is_missing(live):
    assert live.fetch(attempt(REFERENCE, access_code="cs_test_gone")).standing is Standing.MISSING


def test_a_page_that_is_not_stripes_does_not_make_a_session_missing(stripe, live):
    stripe.reply = lambda call: (404, {"error": {"message": "Unrecognized request URL"}})

    with pytest.raises(GatewayRefused):
        live.fetch(attempt(REFERENCE, access_code="cs_test_1"))


@pytest.mark.parametrize("change", [{"id": "cs_test_another"}, {"id": None}])
def test_fetch_believes_no_answer_about_another_session(stripe, live, paid, change):
    """T-PAY-10"""
    stripe.sessions[paid.access_code].update(change)

    with pytest.raises(GatewayUnknown, match="another"):
        live.fetch(paid)


@pytest.mark.parametrize("fault", FAULTS)
def test_fetch_raises_for_every_broken_answer_within_the_bound(stripe, live, paid, fault):
    """T-PAY-12, T-PAY-13, T-PAY-16"""
    stripe.faults[SESSIONS] = fault
    begun = time.monotonic()

    for known in (paid, attempt(REFERENCE)):
        with pytest.raises(GatewayError):
            live.fetch(known)

    assert time.monotonic() - begun < 2 * TIMEOUT + 0.5
    assert not any(call.path == "/elsewhere" for call in stripe.calls)


@pytest.mark.parametrize("reference", ["", "../../refunds", "a/b", "a?b", "a b", "a\x00", "ü", "x" * 101])
def test_fetch_asks_nobody_about_text_that_is_no_reference(stripe, live, reference):
    """T-SSRF-1"""
    assert live.fetch(attempt(reference, access_code="cs_test_1")).standing is Standing.MISSING
    assert stripe.calls == []


@pytest.mark.parametrize("code", ["../refunds", "cs_a/b", "cs_a?b", "cs_\x00", "cs_ü", "cs_", "x" * 255])
def test_no_other_text_than_a_sessions_id_reaches_the_path(stripe, live, code):
    """T-SSRF-1"""
    live.fetch(attempt(REFERENCE, access_code=code))

    assert {call.path.partition("?")[0] for call in stripe.calls} == {SESSIONS}


@pytest.mark.parametrize(
    ("taken", "covered"),
    [
        (750_000, True),
        (750_001, False),
        (100, False),
        (-750_000, False),
        (None, False),
        (True, False),
        ("750000", False),
        ([750_000], False),
        (750_000.0, False),
        (2**70, False),
    ],
)
def test_only_the_amount_asked_for_covers_the_order(stripe, live, paid, taken, covered):
    """T-PAY-9"""
    stripe.sessions[paid.access_code]["amount_total"] = taken

    assert live.fetch(paid).covers(750_000) is covered


@pytest.mark.parametrize(
    ("livemode", "is_live"), [(True, True), (False, False), (None, None), ("true", None), (1, None)]
)
def test_the_mode_tells_real_money_from_test_money(stripe, live, paid, livemode, is_live):
    stripe.sessions[paid.access_code]["livemode"] = livemode

    assert live.fetch(paid).is_live is is_live


# --- a start whose answer was lost


@pytest.mark.parametrize("loss", ["lost", "500 for ever"])
def test_a_session_whose_answer_was_lost_is_found_again(stripe, live, loss):
    if loss == "lost":
        stripe.faults[SESSIONS] = "lost"
    else:
        stripe.breaks_after.add(SESSIONS)
    for _time in range(2):
        with pytest.raises(GatewayUnknown):
            live.start(request())
    stripe.faults.clear()
    stripe.pay(REFERENCE)

    status = live.fetch(attempt(REFERENCE))

    assert (status.reference, status.standing) == (REFERENCE, Standing.PAID)
    assert status.provider_id == stripe.session(REFERENCE)["payment_intent"]
    assert len(stripe.sessions) == 1


def test_a_lost_session_is_found_on_a_later_page_of_the_list(stripe, live):
    stripe.page_size = 2
    for number in range(6):
        live.start(request(reference=f"{REFERENCE}{number}"))
    stripe.fail(f"{REFERENCE}0")
    stripe.calls.clear()

    assert live.fetch(attempt(f"{REFERENCE}0")).standing is Standing.FAILED
    assert len(stripe.calls) == 3 + 1


def test_a_session_that_never_was_is_missing_once_the_whole_list_is_read(stripe, live):
    stripe.page_size = 2
    for number in range(5):
        live.start(request(reference=f"{REFERENCE}{number}"))
    stripe.calls.clear()

    assert live.fetch(attempt(REFERENCE)).standing is Standing.MISSING
    assert len(stripe.calls) == 3


def test_a_list_that_is_too_long_to_read_leaves_it_unknown(stripe, live):
    stripe.page_size = 1
    for number in range(11):
        live.start(request(reference=f"{REFERENCE}{number}"))
    stripe.calls.clear()

    with pytest.raises(GatewayUnknown, match="too long"):
        live.fetch(attempt(REFERENCE))

    assert len(stripe.calls) == 10


@pytest.mark.parametrize(
    "answer", [{"data": None}, {"data": [None]}, {"data": ["cs"]}, {"data": [{}], "has_more": True}, {}]
)
def test_a_list_that_cannot_be_read_leaves_it_unknown(stripe, live, answer):
    stripe.reply = lambda call: (200, {"object": "list", "has_more": True, **answer})

    with pytest.raises(GatewayUnknown):
        live.fetch(attempt(REFERENCE))


@pytest.mark.parametrize("session_id", [None, "", "../refunds", 7])
def test_a_listed_session_without_a_name_leaves_it_unknown(stripe, live, session_id):
    """T-SSRF-1"""
    session = {"id": session_id, "client_reference_id": REFERENCE, "payment_status": "paid"}
    stripe.reply = lambda call: (200, {"data": [session], "has_more": False, "id": session_id or ""})

    with pytest.raises(GatewayUnknown):
        live.fetch(attempt(REFERENCE))


@pytest.mark.parametrize(
    ("minutes", "standing"),
    [(-6, Standing.MISSING), (-4, Standing.PENDING), (4, Standing.PENDING), (6, Standing.MISSING)],
)
def test_a_lost_session_is_looked_for_around_the_time_of_its_start(stripe, live, minutes, standing):
    live.start(request())
    stripe.session(REFERENCE)["created"] = int((timezone.now() + timedelta(minutes=minutes)).timestamp())

    assert live.fetch(attempt(REFERENCE)).standing is standing


# --- close


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


# --- refunds


def test_a_refund_tells_its_key_and_reference(stripe, live, paid):
    made = live.refund(refund_request(paid))

    (refund,) = stripe.refunds.values()
    assert made == RefundStatus(
        provider_id=refund["id"], standing=RefundStanding.SUCCEEDED, amount=250_000, key=KEY
    )
    (call,) = stripe.calls
    assert (call.method, call.path, call.headers["Idempotency-Key"]) == ("POST", REFUNDS, KEY)
    assert call.document == {
        "payment_intent": paid.provider_id,
        "amount": "250000",
        "metadata[key]": KEY,
        "metadata[reference]": REFERENCE,
    }


@pytest.mark.parametrize("is_known", [True, False])
def test_the_money_to_give_back_is_looked_up_where_nobody_told_its_name(stripe, live, paid, is_known):
    known = attempt(REFERENCE, access_code=paid.access_code if is_known else "")

    live.refund(refund_request(known))

    assert [refund["payment_intent"] for refund in stripe.refunds.values()] == [paid.provider_id]
    assert [refund.key for refund in live.fetch_refunds(known)] == [KEY]


def test_the_same_key_is_the_same_refund(stripe, live, paid):
    assert live.refund(refund_request(paid)) == live.refund(refund_request(paid))
    assert len(stripe.refunds) == 1


def test_what_was_given_back_already_is_refused(stripe, live, paid):
    stripe.refund_in_dashboard(REFERENCE, 750_000)

    with pytest.raises(GatewayRefused, match="charge_already_refunded"):
        live.refund(refund_request(paid))


def test_more_than_there_is_is_refused(stripe, live, paid):
    with pytest.raises(GatewayRefused):
        live.refund(refund_request(paid, amount=750_001))

    assert stripe.refunds == {}


def test_money_that_never_came_is_refused_without_a_refund(stripe, live):
    started = live.start(request())

    for known in (attempt(REFERENCE, access_code=started.access_code), attempt("ORD_8_never")):
        with pytest.raises(GatewayRefused, match="no money"):
            live.refund(refund_request(known))
        assert live.fetch_refunds(known) == []

    assert not any(call.path.startswith(REFUNDS) for call in stripe.calls)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refund_whose_money_cannot_be_looked_up_is_certainly_not_made(stripe, live, paid, fault):
    stripe.faults[SESSIONS] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayRefused):
        live.refund(refund_request(attempt(REFERENCE, access_code=paid.access_code)))

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert stripe.refunds == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refund_tells_a_refusal_from_an_unknown_outcome_within_the_bound(stripe, live, paid, fault):
    stripe.faults[REFUNDS] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayRefused if fault in CLEAR_REFUSALS else GatewayUnknown):
        live.refund(refund_request(paid))

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert len(stripe.calls) == 1


@pytest.mark.parametrize("loss", ["lost", "500 for ever"])
def test_a_refund_whose_answer_was_lost_is_found_by_its_key_and_never_made_twice(stripe, live, paid, loss):
    if loss == "lost":
        stripe.faults[REFUNDS] = "lost"
    else:
        stripe.breaks_after.add(REFUNDS)
    for _time in range(2):
        with pytest.raises(GatewayUnknown):
            live.refund(refund_request(paid))
    stripe.faults.clear()

    (found,) = live.fetch_refunds(paid)

    assert (found.key, found.amount, found.standing) == (KEY, 250_000, RefundStanding.SUCCEEDED)
    assert len(stripe.refunds) == 1


def test_refunds_of_the_dashboard_have_no_key_and_every_page_is_read(stripe, live, paid):
    stripe.page_size = 1
    live.refund(refund_request(paid))
    stripe.refund_in_dashboard(REFERENCE, 100)
    stripe.refund_in_dashboard(REFERENCE, 200)

    found = live.fetch_refunds(paid)

    assert [(refund.amount, refund.key) for refund in found] == [(200, ""), (100, ""), (250_000, KEY)]
    assert [call.path.partition("?")[0] for call in stripe.calls] == [REFUNDS] * 4


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("succeeded", RefundStanding.SUCCEEDED),
        ("pending", RefundStanding.PENDING),
        ("requires_action", RefundStanding.PENDING),
        ("failed", RefundStanding.FAILED),
        ("canceled", RefundStanding.FAILED),
        ("a status of next year", RefundStanding.PENDING),
        (None, RefundStanding.PENDING),
        ([], RefundStanding.PENDING),
    ],
)
def test_a_refund_has_succeeded_or_failed_only_where_stripe_says_so(stripe, live, paid, word, standing):
    stripe.refund_status = word

    assert live.refund(refund_request(paid)).standing is standing
    assert [refund.standing for refund in live.fetch_refunds(paid)] == [standing]


@pytest.mark.parametrize(
    "change", [{"id": None}, {"id": "a b"}, {"amount": 0}, {"amount": "5"}, {"amount": None}]
)
def test_a_refund_that_cannot_be_kept_leaves_it_unknown(stripe, live, paid, change):
    stripe.refund_in_dashboard(REFERENCE, 100)
    next(iter(stripe.refunds.values())).update(change)

    with pytest.raises(GatewayUnknown):
        live.fetch_refunds(paid)


@pytest.mark.parametrize("metadata", [None, [], {"key": 7}, {"key": "a b"}, {"key": None}])
def test_what_is_no_key_of_ours_counts_as_none(stripe, live, paid, metadata):
    stripe.refund_in_dashboard(REFERENCE, 100)["metadata"] = metadata

    assert [refund.key for refund in live.fetch_refunds(paid)] == [""]


@pytest.mark.parametrize("fault", FAULTS)
def test_refunds_that_cannot_be_listed_are_never_none(stripe, live, paid, fault):
    stripe.faults[REFUNDS] = fault

    with pytest.raises(GatewayError):
        live.fetch_refunds(paid)


# --- webhooks


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


# --- amounts


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.30", "NGN", 30),
        ("2500.000", "NGN", 250_000),
        ("0.01", "EUR", 1),
        ("500", "JPY", 500),
        ("500", "XOF", 500),
        ("500", "KRW", 500),
        ("500", "MGA", 500),
        ("500", "UGX", 50_000),
        ("500", "ISK", 50_000),
        ("10.45", "HUF", 1045),
        ("1.230", "KWD", 1230),
        ("1.5", "BHD", 1500),
        ("10", "TND", 10_000),
    ],
)
def test_amounts_are_in_stripes_own_units_and_come_back_from_them(amount, currency, minor):
    """T-MONEY-4"""
    assert gateway().to_minor(Decimal(amount), currency) == minor
    assert gateway().from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("10.005", "NGN"),
        ("0.5", "JPY"),
        ("0.5", "XOF"),
        ("10.50", "MGA"),
        ("500.50", "UGX"),
        ("500.01", "ISK"),
        ("1.234", "KWD"),
        ("1.001", "OMR"),
    ],
)
def test_a_fraction_that_stripe_does_not_take_is_refused(amount, currency):
    """T-MONEY-4"""
    with pytest.raises(ValueError, match="fraction"):
        gateway().to_minor(Decimal(amount), currency)


# --- settings


@pytest.mark.parametrize(
    ("options", "faults", "is_configured"),
    [
        ({}, [], True),
        ({"SECRET_KEY": "rk_test_x"}, [], True),
        ({"SECRET_KEY": ""}, [FaultCode.MISSING_KEY], False),
        ({"SECRET_KEY": None}, [FaultCode.BAD_OPTION, FaultCode.MISSING_KEY], False),
        ({"SECRET_KEY": "pk_live_x"}, [FaultCode.PUBLIC_KEY], False),
        ({"SECRET_KEY": "sk_test_ä"}, [FaultCode.BAD_OPTION], False),
        ({"SECRET_KEY": "sk_test_a\r\nX-Evil: 1"}, [FaultCode.BAD_OPTION], False),
        ({"WEBHOOK_SECRETS": "whsec_x"}, [], True),
        ({"WEBHOOK_SECRETS": ("whsec_x", "whsec_y")}, [], True),
        ({"WEBHOOK_SECRETS": ""}, [FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": []}, [FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": [" "]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": ["whsec_x", ""]}, [FaultCode.BAD_OPTION], True),
        ({"WEBHOOK_SECRETS": ["whsec_ä"]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": ["\udcff"]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": 7}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": [None]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": {"a": "b"}}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"BASE_URL": "http://api.example.com"}, [FaultCode.INSECURE_URL], False),
        ({"BASE_URL": "https://api.example.com"}, [], True),
        ({"BASE_URL": "http://127.0.0.1:8123"}, [], True),
        ({"BASE_URL": "file:///etc/passwd"}, [FaultCode.INSECURE_URL], False),
        ({"TIMEOUT": 0}, [FaultCode.BAD_OPTION], True),
        ({"TIMEOUT": "15"}, [FaultCode.BAD_OPTION], True),
    ],
)
def test_faults_name_what_is_wrong_with_the_options(options, faults, is_configured):
    built = gateway(**options)

    assert [fault.code for fault in built.faults()] == faults
    assert built.is_configured is is_configured


@pytest.mark.parametrize(
    ("key", "is_live"),
    [
        ("sk_live_x", True),
        ("rk_live_x", True),
        ("sk_test_x", False),
        ("rk_test_x", False),
        ("x", None),
        ("", None),
    ],
)
def test_the_key_tells_the_mode(key, is_live):
    assert gateway(SECRET_KEY=key).is_live is is_live


@pytest.mark.parametrize(
    ("url", "is_rehearsal"), [("http://127.0.0.1:1", True), ("https://a.example", False), (None, False)]
)
def test_a_stand_in_on_this_machine_is_a_rehearsal(url, is_rehearsal):
    assert gateway(**({"BASE_URL": url} if url else {})).is_rehearsal is is_rehearsal


def test_without_the_sdk_it_is_not_configured_and_says_what_to_install(monkeypatch, stripe):
    monkeypatch.setitem(sys.modules, "stripe", None)
    built = gateway(BASE_URL=stripe.url)

    (fault,) = built.faults()
    assert (fault.code, built.is_configured) == (FaultCode.NOT_INSTALLED, False)
    assert "partscatalog[stripe]" in fault.hint
    with pytest.raises(GatewayRefused, match="not installed"):
        built.start(request())
    with pytest.raises(WebhookRefused):
        built.parse_webhook(headers=stripe.sign(BODY), body=BODY)
    assert stripe.calls == []


# --- secrets


@pytest.mark.parametrize("fault", ["reset", "hang", "drip", "html", "401", "array", "huge"])
def test_the_key_shows_in_no_frame_that_a_debug_page_prints(stripe, live, paid, fault):
    """T-LEAK-1"""
    stripe.faults["/v1"] = fault

    for call in (
        lambda: live.start(request()),
        lambda: live.fetch(paid),
        lambda: live.refund(refund_request(attempt(REFERENCE, access_code=paid.access_code))),
    ):
        with pytest.raises(GatewayError) as caught:
            call()
        frames = list(frames_of(caught.value))
        assert any("stripe_sdk" in frame.f_code.co_filename for frame in frames)
        assert SECRET_KEY not in repr([frame.f_locals for frame in frames])


def test_no_secret_shows_in_the_frames_of_a_refused_webhook(stripe):
    """T-LEAK-1"""
    with pytest.raises(WebhookRefused) as caught:
        gateway().parse_webhook(headers=stripe.sign(BODY, secrets=("whsec_another",)), body=BODY)

    seen = repr([frame.f_locals for frame in frames_of(caught.value)])
    assert WEBHOOK_SECRET not in seen
    assert SECRET_KEY not in seen


def test_the_log_has_a_line_for_each_call_and_no_secret(stripe, live, caplog):
    """T-LEAK-1"""
    caplog.set_level("DEBUG")
    started = live.start(request())
    known = attempt(REFERENCE, access_code=started.access_code)
    stripe.pay(REFERENCE)
    live.refund(refund_request(known))
    body, headers = stripe.webhook("checkout.session.completed", stripe.session(REFERENCE))
    live.parse_webhook(headers=headers, body=body)
    stripe.secret_key = "sk_test_rolled"
    with pytest.raises(GatewayRefused):
        live.fetch(known)

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("partscatalog")]
    assert [line.split(", ")[0] for line in ours] == [
        f"POST {stripe.url}{SESSIONS}: 200",
        f"GET {stripe.url}{SESSIONS}/{started.access_code}: 200",
        f"POST {stripe.url}{REFUNDS}: 200",
        f"GET {stripe.url}{SESSIONS}/{started.access_code}: 401",
    ]
    assert SECRET_KEY not in caplog.text
    assert WEBHOOK_SECRET not in caplog.text


def frames_of(error: BaseException | None):
    """Give the frames below this module, those of the errors behind the error too."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield frame
        error = error.__cause__ or error.__context__
