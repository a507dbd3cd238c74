"""Refunds: each key once, whatever becomes of the answer."""

from __future__ import annotations

import time

import pytest

from partscatalog.payments.gateways.base import (
    GatewayError,
    GatewayRefused,
    GatewayUnknown,
    RefundStanding,
    RefundStatus,
)
from tests.payments.fakes import attempt
from tests.payments.fakes.server import FAULTS
from tests.payments.fakes.stripe import REFUNDS, SESSIONS
from tests.payments.gateways.stripe.asking import (
    CLEAR_REFUSALS,
    KEY,
    REFERENCE,
    TIMEOUT,
    refund_request,
    request,
)


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
