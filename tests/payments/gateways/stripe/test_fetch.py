"""What the gateway takes a session for, and how it finds one whose answer was lost."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused, GatewayUnknown, Standing
from tests.payments.fakes import attempt
from tests.payments.fakes.server import FAULTS
from tests.payments.fakes.stripe import SESSIONS
from tests.payments.gateways.stripe.asking import REFERENCE, TIMEOUT, request


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
