"""Paystack: refunds made once and found again, and what its later events are taken for."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from partscatalog.payments.gateways.base import (
    Dispute,
    GatewayError,
    GatewayRefused,
    GatewayUnknown,
    RefundRequest,
    RefundStanding,
    RefundStatus,
    StartRequest,
)
from partscatalog.payments.gateways.paystack import PaystackGateway
from partscatalog.payments.services.returning import new_key
from tests.payments.fakes import attempt
from tests.payments.fakes.paystack import AUTHORIZATION_CODE, SECRET_KEY
from tests.payments.fakes.server import FAULTS

REFERENCE = "ORD_7_a1b2c3d4e5f6g7h8"
TIMEOUT = 0.5
LIST = "/refund?transaction=1001&perPage=100&page=1"


@pytest.fixture
def gateway(paystack) -> PaystackGateway:
    options = {"SECRET_KEY": SECRET_KEY, "BASE_URL": paystack.url, "TIMEOUT": TIMEOUT}
    return PaystackGateway(alias="paystack", options=options)


@pytest.fixture
def paid(paystack, gateway):
    """The attempt that has brought 7500.00 NGN, and of which the shop knows Paystack's number."""
    gateway.start(
        StartRequest(
            reference=REFERENCE,
            amount=750_000,
            currency="NGN",
            email="buyer@example.com",
            order_id=7,
            order_number="K7QX2M",
            user_id="5",
        )
    )
    paystack.pay(REFERENCE)
    paystack.calls.clear()
    return attempt(REFERENCE, provider_id="1001")


@pytest.fixture
def wanted(paid) -> RefundRequest:
    return RefundRequest(key=new_key(), attempt=paid, amount=250_000, currency="NGN")


def paths(paystack) -> list[str]:
    return [f"{call.method} {call.path}" for call in paystack.calls]


def test_a_refund_is_looked_up_by_its_key_and_then_made(paystack, gateway, wanted):
    refund = gateway.refund(wanted)

    assert refund == RefundStatus(
        provider_id="1002", standing=RefundStanding.PENDING, amount=250_000, key=wanted.key
    )
    assert paths(paystack) == [f"GET {LIST}", "POST /refund"]
    assert paystack.calls[1].document == {
        "transaction": REFERENCE,
        "amount": 250_000,
        "currency": "NGN",
        "merchant_note": wanted.key,
    }


def test_the_same_key_is_the_same_refund(paystack, gateway, wanted):
    first = gateway.refund(wanted)

    assert gateway.refund(wanted) == first
    assert len(paystack.refunds) == 1


def test_a_refund_whose_answer_is_lost_is_not_made_twice(paystack, gateway, wanted):
    paystack.faults["POST /refund"] = "lost"
    with pytest.raises(GatewayUnknown):
        gateway.refund(wanted)
    paystack.faults.clear()

    assert gateway.refund(wanted).key == wanted.key
    assert len(paystack.refunds) == 1


def test_another_key_is_another_refund(paystack, gateway, wanted):
    gateway.refund(wanted)

    gateway.refund(replace(wanted, key=new_key()))

    assert [refund["amount"] for refund in paystack.refunds] == [250_000, 250_000]


@pytest.mark.parametrize("fault", FAULTS)
def test_while_the_lookup_fails_nothing_is_made_and_nobody_knows(paystack, gateway, wanted, fault):
    """T-PAY-12, T-PAY-13: by another try it may have been made."""
    paystack.faults["GET /refund"] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayUnknown):
        gateway.refund(wanted)

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert "POST /refund" not in paths(paystack)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refund_tells_a_refusal_from_an_unknown_outcome_within_the_bound(paystack, gateway, wanted, fault):
    """T-PAY-12, T-PAY-13"""
    paystack.faults["POST /refund"] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayRefused if fault in {"401", "429"} else GatewayUnknown):
        gateway.refund(wanted)

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert paths(paystack).count("POST /refund") == 1


def test_all_calls_of_a_refund_together_keep_the_bound_of_one(paystack, gateway, wanted):
    answer = paystack.reply

    def slowly(call):
        time.sleep(TIMEOUT * 0.4)
        return answer(call)

    paystack.reply = slowly
    begun = time.monotonic()

    with pytest.raises(GatewayUnknown):
        gateway.refund(replace(wanted, attempt=attempt(REFERENCE)))

    assert time.monotonic() - begun < TIMEOUT + 0.1


def test_nobody_listening_leaves_it_unknown_whether_it_was_made_before(wanted):
    options = {"SECRET_KEY": SECRET_KEY, "BASE_URL": "http://127.0.0.1:9"}

    with pytest.raises(GatewayUnknown):
        PaystackGateway(alias="paystack", options=options).refund(wanted)


@pytest.mark.parametrize("amount", [750_001, 10**9])
def test_more_than_was_paid_is_refused(paystack, gateway, wanted, amount):
    with pytest.raises(GatewayRefused):
        gateway.refund(replace(wanted, amount=amount))

    assert paystack.refunds == []


def test_a_refund_of_what_is_fully_reversed_is_refused(paystack, gateway, wanted):
    paystack.refund_at_the_desk(REFERENCE)

    with pytest.raises(GatewayRefused):
        gateway.refund(wanted)

    assert len(paystack.refunds) == 1


def test_a_refund_of_an_unknown_transaction_is_refused(gateway, wanted):
    with pytest.raises(GatewayRefused):
        gateway.refund(replace(wanted, attempt=attempt("ORD_7_nonesuch")))


@pytest.mark.parametrize(
    ("change", "believed"),
    [
        ({}, True),
        ({"amount": "250000"}, True),
        ({"merchant_note": "Refund for transaction T1 by owner@example.com"}, True),
        ({"transaction": 1001}, True),
        ({"transaction": None}, True),
        ({"transaction": {"reference": "ORD_8_another"}}, False),
        ({"amount": 750_000}, False),
        ({"amount": None}, False),
        ({"amount": "0x10"}, False),
        ({"amount": 0}, False),
        ({"id": None}, False),
        ({"id": {}}, False),
        ({"id": "../1"}, False),
    ],
)
def test_an_answer_about_another_refund_is_not_believed(paystack, gateway, wanted, change, believed):
    plain = {"id": 1002, "status": "pending", "amount": 250_000, "transaction": {"reference": REFERENCE}}
    answer = paystack.reply
    paystack.reply = lambda call: (
        (200, {"status": True, "data": {**plain, **change}}) if call.method == "POST" else answer(call)
    )

    if believed:
        assert gateway.refund(wanted).key == wanted.key
    else:
        with pytest.raises(GatewayUnknown):
            gateway.refund(wanted)


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("pending", RefundStanding.PENDING),
        ("processing", RefundStanding.PENDING),
        ("needs-attention", RefundStanding.PENDING),
        ("processed", RefundStanding.SUCCEEDED),
        ("failed", RefundStanding.FAILED),
        ("a status of next year", RefundStanding.PENDING),
        (None, RefundStanding.PENDING),
        ([], RefundStanding.PENDING),
    ],
)
def test_each_status_of_a_refund(paystack, gateway, wanted, word, standing):
    gateway.refund(wanted)
    paystack.refunds[0]["status"] = word

    (refund,) = gateway.fetch_refunds(wanted.attempt)

    assert refund.standing is standing


def test_a_dashboard_refund_has_no_key(paystack, gateway, wanted):
    gateway.refund(wanted)
    paystack.refund_at_the_desk(REFERENCE, 100_000)

    assert [(refund.amount, refund.key) for refund in gateway.fetch_refunds(wanted.attempt)] == [
        (100_000, ""),
        (250_000, wanted.key),
    ]


@pytest.mark.parametrize(
    "note", [None, 7, "", "RFD_", "RFD_" + "A" * 32, "see RFD_" + "a" * 32, "{key}\n", " {key}"]
)
def test_only_a_key_that_stands_alone_is_ours(paystack, gateway, wanted, note):
    gateway.refund(wanted)
    paystack.refunds[0]["merchant_note"] = note.format(key=wanted.key) if isinstance(note, str) else note

    assert [refund.key for refund in gateway.fetch_refunds(wanted.attempt)] == [""]


def test_without_paystacks_number_the_transaction_is_verified_first(paystack, gateway, wanted):
    gateway.refund(wanted)
    paystack.calls.clear()

    assert len(gateway.fetch_refunds(attempt(REFERENCE))) == 1
    assert paths(paystack) == [f"GET /transaction/verify/{REFERENCE}", f"GET {LIST}"]


@pytest.mark.parametrize("reference", ["ORD_7_nonesuch", "", "a/b"])
def test_an_unknown_transaction_has_no_refunds(gateway, paystack, reference):
    assert gateway.fetch_refunds(attempt(reference)) == []


@pytest.mark.parametrize("change", [{"id": None}, {"reference": "ORD_8_another"}])
def test_the_number_of_another_transaction_is_not_asked_with(paystack, gateway, paid, change):
    paystack.transactions[REFERENCE].update(change)

    with pytest.raises(GatewayUnknown):
        gateway.fetch_refunds(attempt(REFERENCE))


def many_refunds(paystack, count: int) -> None:
    for _number in range(count):
        paystack.refund_at_the_desk(REFERENCE, 100)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (100, 1), (101, 2), (250, 3)])
def test_every_page_is_read(paystack, gateway, paid, count, pages):
    many_refunds(paystack, count)

    assert len(gateway.fetch_refunds(paid)) == count
    assert len(paystack.calls) == pages


@pytest.mark.parametrize("meta", [None, {}, [], {"pageCount": "many"}])
def test_where_paystack_tells_no_number_of_pages_only_an_empty_one_is_the_last(paystack, gateway, paid, meta):
    many_refunds(paystack, 60)
    answer = paystack.reply

    def fifty_at_most(call):
        status, document = answer(replace(call, path=call.path.replace("perPage=100", "perPage=50")))
        return status, {**document, "meta": meta}

    paystack.reply = fifty_at_most

    assert len(gateway.fetch_refunds(paid)) == 60
    assert len(paystack.calls) == 3


def test_a_refund_seen_on_two_pages_is_one(paystack, gateway, paid):
    many_refunds(paystack, 100)
    answer = paystack.reply

    def one_more_meanwhile(call):
        reply = answer(call)
        if call.path.endswith("page=1"):
            many_refunds(paystack, 1)
            reply[1]["meta"]["pageCount"] = 2
        return reply

    paystack.reply = one_more_meanwhile

    assert len(gateway.fetch_refunds(paid)) == 100


def test_a_list_without_end_is_given_up(paystack, gateway, paid):
    row = {"id": 1, "transaction": 1001, "amount": 100, "status": "processed"}
    paystack.reply = lambda call: (200, {"status": True, "data": [row]})

    with pytest.raises(GatewayUnknown):
        gateway.fetch_refunds(paid)

    assert len(paystack.calls) <= 20


def test_refunds_of_another_transaction_are_passed_over(paystack, gateway, paid):
    rows = [
        {"id": 1, "transaction": 1001, "amount": 100, "status": "processed"},
        {"id": 2, "transaction": 1009, "amount": 200, "status": "processed"},
        {"id": 3, "transaction": {"id": 1001}, "amount": "300", "status": "processed"},
    ]
    paystack.reply = lambda call: (200, {"status": True, "data": rows, "meta": {"pageCount": 1}})

    assert [refund.amount for refund in gateway.fetch_refunds(paid)] == [100, 300]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [None],
        [[]],
        [{}],
        [{"id": 1, "amount": 100}],
        [{"id": 1, "transaction": "x", "amount": 100}],
        [{"id": None, "transaction": 1001, "amount": 100}],
        [{"id": 1, "transaction": 1001, "amount": -100}],
        [{"id": 1, "transaction": 1001, "amount": 1.5}],
    ],
)
def test_a_list_that_cannot_be_read_is_not_believed(paystack, gateway, paid, data):
    paystack.reply = lambda call: (200, {"status": True, "data": data, "meta": {"pageCount": 1}})

    with pytest.raises(GatewayUnknown):
        gateway.fetch_refunds(paid)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_list_raises_for_every_broken_answer_within_the_bound(paystack, gateway, paid, fault):
    """T-PAY-12, T-PAY-13"""
    paystack.faults["/refund"] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayError):
        gateway.fetch_refunds(paid)

    assert time.monotonic() - begun < TIMEOUT + 0.5


@pytest.mark.parametrize("status", [400, 404])
def test_a_list_that_is_refused_is_no_empty_one(paystack, gateway, paid, status):
    paystack.reply = lambda call: (status, {"status": False, "message": "Not found"})

    with pytest.raises(GatewayError):
        gateway.fetch_refunds(paid)


@pytest.mark.parametrize("status", ["pending", "processing", "processed", "failed", "needs-attention"])
def test_a_refund_event_is_a_hint_to_ask(paystack, gateway, paid, status):
    refund = paystack.refund_at_the_desk(REFERENCE, 100_000)
    paystack.settle(refund, status)
    body, headers = paystack.refund_webhook(refund)

    event = gateway.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.event_id, event.reference) == (f"refund.{status}", "", REFERENCE)
    assert (event.status, event.dispute, event.is_hint) == (None, None, True)
    assert event.shown == {
        "domain": "test",
        "status": status,
        "transaction_reference": REFERENCE,
        "amount": "100000",
        "currency": "NGN",
    }


@pytest.mark.parametrize(
    ("change", "reference", "provider_id"),
    [
        ({"transaction_reference": REFERENCE}, REFERENCE, ""),
        ({"transaction": {"reference": REFERENCE, "id": 1001}}, REFERENCE, "1001"),
        ({"transaction": {"id": 1001}}, "", "1001"),
        ({"transaction": 1001}, "", "1001"),
        ({"transaction": "1001"}, "", "1001"),
        ({"transaction": {"reference": "a/b", "id": []}}, "", ""),
        ({"transaction": [], "transaction_reference": 7}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_later_event_names_the_transaction_in_many_ways(paystack, gateway, change, reference, provider_id):
    body, headers = paystack.webhook("refund.processed", {"id": 5, "reference": "RF_1", **change})

    event = gateway.parse_webhook(headers=headers, body=body)

    assert (event.reference, event.provider_id) == (reference, provider_id)


@pytest.mark.parametrize(
    ("kind", "resolution", "dispute"),
    [
        ("create", None, Dispute.OPENED),
        ("remind", None, Dispute.OPENED),
        ("remind", "declined", Dispute.OPENED),
        ("resolve", "declined", Dispute.WON),
        ("resolve", "merchant-accepted", Dispute.LOST),
        ("resolve", "auto-accepted", Dispute.LOST),
        ("resolve", "a resolution of next year", Dispute.OPENED),
        ("resolve", None, Dispute.OPENED),
    ],
)
def test_a_dispute_is_told_with_its_end(paystack, gateway, paid, kind, resolution, dispute):
    body, headers = paystack.dispute_webhook(kind, REFERENCE, resolution=resolution)

    event = gateway.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.reference, event.dispute) == (f"charge.dispute.{kind}", REFERENCE, dispute)
    assert (event.status, event.is_hint) == (None, kind == "resolve")


def test_what_is_kept_of_a_dispute_holds_no_secret_and_no_buyer(paystack, gateway, paid):
    """T-LEAK-1"""
    body, headers = paystack.dispute_webhook("create", REFERENCE)

    event = gateway.parse_webhook(headers=headers, body=body)

    assert set(event.shown) == {"id", "domain", "status", "refund_amount", "currency", "category"}
    assert AUTHORIZATION_CODE not in repr(event)
    assert "buyer@example.com" not in repr(event)
