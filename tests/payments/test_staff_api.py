"""The doors for the shop's staff: look at a payment, and give its money back."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from partscatalog.laws import LAWS
from partscatalog.orders.models import OrderEvent
from partscatalog.payments.models import Payment, Refund, SandboxRefund, SandboxTransaction
from partscatalog.testing import make_product, make_user
from partscatalog.testing.storms import storm
from tests.orders.conftest import place
from tests.payments.conftest import make_order, make_payment, pay

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "monday-1"}
UNKNOWN = f"ORD_1_{'z' * 20}"


@pytest.fixture
def payment(shopper, placed) -> Payment:
    """Paid at the sandbox: 7500.00 NGN."""
    return pay(shopper, placed)


@pytest.fixture
def refund(staff, payment):
    """Ask for a refund of the payment, or of another one."""

    def ask(body=None, *, of=payment, by=staff, **headers):
        return by.post(refunds_of(of.reference), body or {}, format="json", headers=headers)

    return ask


def page_of(reference: str) -> str:
    return f"/api/payments/{reference}/"


def refunds_of(reference: str) -> str:
    return f"/api/payments/{reference}/refunds/"


def may(codename: str):
    """Return somebody of the staff with that permission alone."""
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=codename))
    return user


def outcome(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def broken_laws() -> list[str]:
    return [text for law in LAWS.values() for text in law()]


def assert_nothing_was_given_back(payment: Payment) -> None:
    before = (payment.state, payment.needs_review)
    payment.refresh_from_db()
    assert (payment.state, payment.needs_review) == before
    assert (Refund.objects.count(), SandboxRefund.objects.count()) == (0, 0)
    assert OrderEvent.objects.filter(to_status="refunded").count() == 0


def test_a_payment_is_shown_with_its_refunds_and_what_its_gateway_said(staff, refund, payment, placed):
    refunded = refund({"amount": "2500.00"}).json()

    response = staff.get(page_of(payment.reference))

    shown = response.json()
    said = {"reference": payment.reference, "status": "paid", "amount": 750_000, "currency": "NGN"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown["events"][0].pop("at"))
    assert shown == {
        "reference": payment.reference,
        "order": placed.pk,
        "gateway": "sandbox",
        "state": "partially_refunded",
        "amount": "7500.00",
        "currency": "NGN",
        "received": "7500.00",
        "received_currency": "NGN",
        "refunded": "2500.00",
        "needs_review": False,
        "review_reason": "",
        "refunds": [refunded],
        "events": [{"source": "asked", "kind": "paid", "body": said}],
    }
    assert response["Cache-Control"] == "private, no-store"
    assert staff.head(page_of(payment.reference)).status_code == 200


def test_money_that_waits_for_a_decision_is_shown_so(staff, shopper, placed):
    payment = pay(shopper, placed, "wrong_amount")

    shown = staff.get(page_of(payment.reference)).json()

    assert (shown["state"], shown["refunded"]) == ("open", "0.00")
    assert (shown["received"], shown["received_currency"]) == ("3750.00", "NGN")
    assert (shown["needs_review"], shown["review_reason"]) == (True, "amount")


def test_before_money_came_none_is_shown(staff, shopper, placed):
    shown = staff.get(page_of(pay(shopper, placed, "later").reference)).json()

    assert (shown["received"], shown["received_currency"], shown["amount"]) == (None, "", "7500.00")


def test_a_part_then_the_rest_and_no_more(refund, payment, placed):
    part = refund({"amount": "2500.00"})
    too_much = refund({"amount": "5000.01"})
    rest = refund()
    one_more = refund({"amount": "0.01"})

    first, second = Refund.objects.all()
    assert (part.status_code, part.json()) == (
        201,
        {"id": first.pk, "amount": "2500.00", "state": "succeeded"},
    )
    assert (rest.status_code, rest.json()) == (
        201,
        {"id": second.pk, "amount": "5000.00", "state": "succeeded"},
    )
    assert outcome(too_much) == outcome(one_more) == (409, "refund_refused")
    payment.refresh_from_db()
    placed.refresh_from_db()
    assert (payment.state, placed.status) == ("refunded", "refunded")
    assert broken_laws() == []


def test_the_orders_history_tells_of_both(shopper, refund, placed):
    refund({"amount": "2500.00"})
    refund()

    history = shopper.get(f"/api/orders/orders/{placed.pk}/").json()["history"][-2:]
    assert [(each["from"], each["to"], each["by"], each["reason"]) for each in history] == [
        ("paid", "paid", "staff", "2500.00 NGN"),
        ("paid", "refunded", "staff", "5000.00 NGN"),
    ]


def test_no_amount_is_the_rest_however_it_is_left_out(refund):
    response = refund({"amount": None})

    assert response.json()["amount"] == "7500.00"


@pytest.mark.parametrize(
    ("amount", "given"), [(b"2500", "2500.00"), (b"0.10", "0.10"), (b"7500.0", "7500.00")]
)
def test_a_json_number_is_taken_as_it_is_written(staff, payment, amount, given):
    body = b'{"amount": %s}' % amount

    response = staff.post(refunds_of(payment.reference), body, content_type="application/json", headers=KEY)

    assert (response.status_code, response.json()["amount"]) == (201, given)


@pytest.mark.parametrize("media_type", ["multipart", "application/x-www-form-urlencoded"])
def test_a_form_is_taken_as_json_is(staff, payment, media_type):
    text = "amount=1.00" if "/" in media_type else {"amount": "1.00"}
    kind = {"content_type": media_type} if "/" in media_type else {"format": media_type}

    response = staff.post(refunds_of(payment.reference), text, **kind)

    assert (response.status_code, response.json()["amount"]) == (201, "1.00")


def test_a_file_beside_the_amount_is_no_failure(staff, payment):
    body = {"amount": "1.00", "file": SimpleUploadedFile("x.txt", b"x")}

    response = staff.post(refunds_of(payment.reference), body, format="multipart", headers=KEY)

    assert response.status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount": "0"}',
        b'{"amount": "0.00"}',
        b'{"amount": 0}',
        b'{"amount": "-1"}',
        b'{"amount": -1}',
        b'{"amount": "+1"}',
        b'{"amount": "NaN"}',
        b'{"amount": "Infinity"}',
        b'{"amount": "1e3"}',
        b'{"amount": 1e3}',
        b'{"amount": "1.234"}',
        b'{"amount": 0.001}',
        b'{"amount": "1,5"}',
        b'{"amount": "1_000"}',
        b'{"amount": " 1"}',
        b'{"amount": ""}',
        b'{"amount": "all"}',
        b'{"amount": "\\u0661"}',
        b'{"amount": "%s"}' % (b"9" * 17),
        b'{"amount": "%s"}' % (b"9" * 5_000),
        b'{"amount": %s}' % (b"9" * 400),
        b'{"amount": ["1.00"]}',
        b'{"amount": {"value": "1.00"}}',
        b'{"amount": true}',
        b'{"amount": "1.00", "restock": "perhaps"}',
        b'{"amount": "1.00", "restock": null}',
        b'{"amount": "1.00", "restock": []}',
        b"[]",
        b'["1.00"]',
        b'"1.00"',
        b"null",
        b"1.00",
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
@pytest.mark.parametrize("headers", [{}, KEY], ids=["plain", "with a key"])
def test_an_amount_that_is_none_is_refused(staff, payment, body, headers):
    """T-PAY-9"""
    response = staff.post(
        refunds_of(payment.reference), body, content_type="application/json", headers=headers
    )

    assert outcome(response) == (400, "invalid")
    assert_nothing_was_given_back(payment)


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount": NaN}',
        b'{"amount": 1e400}',
        b'{"amount": "\\u0000"}',
        b'{"amount": "1\\u0000"}',
        b'{"amount": "\\ud800"}',
        b"{",
        b"\xff",
        b'{"amount":' * 5_000,
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
def test_a_body_that_cannot_be_read_is_refused(staff, payment, body):
    response = staff.post(refunds_of(payment.reference), body, content_type="application/json", headers=KEY)

    assert outcome(response) == (400, "parse_error")
    assert_nothing_was_given_back(payment)


def test_an_empty_body_is_the_rest(staff, payment):
    response = staff.post(refunds_of(payment.reference))

    assert (response.status_code, response.json()["amount"]) == (201, "7500.00")


@pytest.mark.parametrize("reference", [UNKNOWN, "x", "%00", "%F0%9F%98%80", "ORD_1_%27--", "x" * 3_000])
def test_an_unknown_payment_is_404(staff, payment, reference):
    assert outcome(staff.get(page_of(reference))) == (404, "not_found")
    assert outcome(staff.post(refunds_of(reference))) == (404, "not_found")
    assert_nothing_was_given_back(payment)


def test_a_reference_in_another_spelling_is_404(staff, payment):
    for reference in (payment.reference.lower(), payment.reference.upper()):
        assert outcome(staff.get(page_of(reference))) == (404, "not_found")
        assert outcome(staff.post(refunds_of(reference))) == (404, "not_found")
    assert_nothing_was_given_back(payment)


def test_only_staff_with_the_permission_are_let_in(api, shopper, signed_in, payment):
    """T-FUNC-1, T-IDOR-2"""
    boss_who_is_no_staff = signed_in(make_user(is_superuser=True))
    clients = [api, shopper, boss_who_is_no_staff, signed_in(make_user(is_staff=True))]

    for reference in (payment.reference, UNKNOWN):
        looks = [client.get(page_of(reference)) for client in clients]
        asks = [client.post(refunds_of(reference)) for client in clients]
        assert [outcome(each) for each in looks] == [outcome(each) for each in asks]
        assert [outcome(each) for each in looks] == [
            (401, "not_authenticated"),
            (404, "not_found"),
            (404, "not_found"),
            (403, "permission_denied"),
        ]
    assert_nothing_was_given_back(payment)


def test_each_door_has_its_own_permission(signed_in, payment):
    looker, payer = signed_in(may("view_payment")), signed_in(may("add_refund"))

    assert looker.get(page_of(payment.reference)).status_code == 200
    assert looker.post(refunds_of(payment.reference)).status_code == 403
    assert payer.get(page_of(payment.reference)).status_code == 403
    assert payer.post(refunds_of(payment.reference)).status_code == 201


def test_a_dead_token_is_refused(clerk, staff, payment):
    clerk.is_active = False
    clerk.save()

    assert staff.get(page_of(payment.reference)).status_code == 401
    assert staff.post(refunds_of(payment.reference)).status_code == 401
    assert_nothing_was_given_back(payment)


def test_a_staff_session_is_taken_with_its_csrf_token_alone(clerk, payment, settings):
    """T-CSRF-1"""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(clerk)

    look = client.get(page_of(payment.reference))
    without = client.post(refunds_of(payment.reference))
    assert (look.status_code, outcome(without)) == (200, (403, "permission_denied"))
    assert_nothing_was_given_back(payment)
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    with_token = client.post(refunds_of(payment.reference), headers={"X-CSRFToken": "a" * 32})

    assert with_token.status_code == 201


def test_a_repeated_key_answers_the_same_refund(refund):
    """T-IDEM-1"""
    first = refund({"amount": "1000.00"}, **KEY)
    second = refund({"amount": "1000.00"}, **KEY)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert (Refund.objects.count(), SandboxRefund.objects.count()) == (1, 1)


def test_a_repeated_key_answers_it_also_when_nothing_is_left(refund):
    first = refund({}, **KEY)
    second = refund({}, **KEY)

    assert (second.status_code, second.json()) == (201, first.json())
    assert Refund.objects.count() == 1


def test_a_repeated_key_answers_the_refund_as_it_is_now(refund):
    refund({"amount": "1000.00"}, **KEY)
    Refund.objects.update(state="pending")

    assert refund({"amount": "1000.00"}, **KEY).json()["state"] == "pending"


@pytest.mark.parametrize("other", [{}, {"amount": "1000.01"}, {"amount": "1000.00", "restock": True}])
def test_the_same_key_with_another_body_is_refused(refund, other):
    """T-IDEM-2"""
    refund({"amount": "1000.00"}, **KEY)

    assert outcome(refund(other, **KEY)) == (422, "idempotency_mismatch")
    assert Refund.objects.count() == 1


def test_the_same_key_for_another_payment_is_refused(refund, shopper, buyer):
    """T-IDEM-2"""
    other = pay(shopper, place(buyer, {make_product(): 1}))
    refund({"amount": "1000.00"}, **KEY)

    assert outcome(refund({"amount": "1000.00"}, of=other, **KEY)) == (422, "idempotency_mismatch")
    assert Refund.objects.count() == 1


def test_a_key_belongs_to_its_user(refund, signed_in):
    """T-IDEM-1"""
    first = refund({"amount": "1000.00"}, **KEY)
    second = refund({"amount": "1000.00"}, by=signed_in(may("add_refund")), **KEY)

    assert (first.status_code, second.status_code) == (201, 201)
    assert Refund.objects.count() == 2


def test_a_refusal_leaves_its_key_unused(refund):
    assert outcome(refund({"amount": "8000.00"}, **KEY)) == (409, "refund_refused")

    assert refund({"amount": "1000.00"}, **KEY).status_code == 201


def test_a_key_that_is_too_long_is_refused(refund, payment):
    response = refund({"amount": "1.00"}, **{"Idempotency-Key": "k" * 256})

    assert outcome(response) == (400, "invalid")
    assert_nothing_was_given_back(payment)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [{}, {"amount": "1000.00"}])
def test_twins_at_once_with_one_key_are_one_refund(refund, payment, body):
    """T-IDEM-3"""
    outcomes = storm([lambda: refund(body, **KEY)] * 6)

    assert outcomes.errors == []
    assert {response.status_code for response in outcomes.values} == {201}
    assert {response.json()["id"] for response in outcomes.values} == {Refund.objects.get().pk}
    assert SandboxRefund.objects.count() == 1


@pytest.mark.parametrize("state", ["created", "open", "failed", "expired", "unknown"])
def test_a_payment_without_money_is_not_refunded(staff, buyer, state):
    order = make_order(buyer)
    held = order if state in {"created", "open"} else None
    payment = make_payment(order, gateway="sandbox", state=state, open_for=held)

    response = staff.post(refunds_of(payment.reference))

    assert outcome(response) == (409, "refund_refused")
    assert_nothing_was_given_back(payment)


def test_a_payment_of_a_gateway_that_is_gone_is_not_refunded(refund, payment):
    Payment.objects.update(gateway="gone")
    payment.gateway = "gone"

    assert outcome(refund()) == (409, "refund_refused")
    assert_nothing_was_given_back(payment)


def test_the_stock_returns_with_the_rest_alone(refund, shopper, payment, placed):
    (product,) = (line.product for line in placed.lines.all())
    with_a_part = refund({"amount": "1.00", "restock": True})
    product.refresh_from_db()
    assert (outcome(with_a_part), product.stock) == ((400, "invalid"), 2)
    assert "restock" in with_a_part.json()
    assert_nothing_was_given_back(payment)

    assert refund({"amount": "7500.00", "restock": True}).status_code == 201

    product.refresh_from_db()
    order = shopper.get(f"/api/orders/orders/{placed.pk}/").json()
    assert (product.stock, order["status"]) == (5, "refunded")
    assert [(each["from"], each["to"], each["by"]) for each in order["history"]][-1] == (
        "paid",
        "refunded",
        "staff",
    )
    assert broken_laws() == []


def test_a_refund_leaves_the_stock_where_nobody_says_otherwise(refund, placed):
    assert refund().status_code == 201

    assert [line.product.stock for line in placed.lines.all()] == [2]
    assert broken_laws() == []


def test_money_that_waits_for_review_is_given_back(refund, shopper, staff, buyer):
    """T-PAY-14"""
    order = place(buyer, {make_product(): 1})
    flagged = pay(shopper, order, "wrong_amount")

    with_stock = refund({"restock": True}, of=flagged)
    response = refund(of=flagged)

    assert outcome(with_stock) == (400, "invalid")
    assert (response.status_code, response.json()["amount"]) == (201, "1250.00")
    shown = staff.get(page_of(flagged.reference)).json()
    assert (shown["state"], shown["refunded"], shown["needs_review"]) == ("refunded", "1250.00", False)
    order.refresh_from_db()
    assert order.status == "pending"
    assert shopper.post(f"/api/payments/create/{order.pk}/").status_code == 200
    assert broken_laws() == []


def test_a_fraction_that_was_given_back_at_the_provider_is_shown(staff, refund, payment):
    """Some providers count in hundredths of currencies that have none."""
    refund({"amount": "1.00"})
    Payment.objects.update(received_currency="XOF")
    Refund.objects.update(amount="1.500")

    assert staff.get(page_of(payment.reference)).json()["refunded"] == "1.500"


def test_a_part_of_money_that_waits_for_review_leaves_it_waiting(refund, shopper, staff, buyer):
    flagged = pay(shopper, place(buyer, {make_product(): 1}), "wrong_amount")

    refund({"amount": "1000.00"}, of=flagged)

    shown = staff.get(page_of(flagged.reference)).json()
    assert (shown["refunded"], shown["needs_review"]) == ("1000.00", True)


def test_money_in_another_currency_is_given_back_in_that(refund, staff, shopper, order):
    """1250 JPY came in for 7500.00 NGN."""
    payment = pay(shopper, order, "later")
    SandboxTransaction.objects.filter(reference=payment.reference).update(
        status="paid", paid_amount=1250, currency="JPY"
    )
    shopper.get("/api/payments/verify/", {"reference": payment.reference})

    fraction = refund({"amount": "12.5"}, of=payment)
    part = refund({"amount": "250"}, of=payment)
    rest = refund(of=payment)

    assert outcome(fraction) == (400, "invalid")
    assert [part.json()["amount"], rest.json()["amount"]] == ["250", "1000"]
    shown = staff.get(page_of(payment.reference)).json()
    assert (shown["amount"], shown["refunded"], shown["currency"]) == ("7500.00", "1250", "NGN")
    assert (shown["received"], shown["received_currency"]) == ("1250", "JPY")
