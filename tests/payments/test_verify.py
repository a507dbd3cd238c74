"""Asking whether a payment is there: product.md's answers, and money that does not fit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.signals import order_paid
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.services.reconciling import reconcile
from partscatalog.payments.signals import payment_failed, payment_succeeded
from partscatalog.testing import make_user
from tests.payments.conftest import make_order, make_payment
from tests.payments.fakes.paystack import AUTHORIZATION_CODE, SECRET_KEY

pytestmark = pytest.mark.django_db

PAID = {"detail": "Payment verified and order marked as paid."}


@pytest.fixture
def reference(shop_with_paystack, shopper, order) -> str:
    """The reference of an attempt that is open at Paystack."""
    started: str = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_paystack.calls.clear()
    return started


@pytest.fixture
def verify(shopper):
    return lambda reference: shopper.get("/api/payments/verify/", {"reference": reference})


def refusal(code: str, **shown) -> dict[str, object]:
    return {"detail": "Payment verification failed.", "code": code, "paystack": shown}


def test_marks_the_order_as_paid_when_the_money_is_there(shop_with_paystack, verify, reference, order):
    """T-PAY-7"""
    shop_with_paystack.pay(reference)

    response = verify(reference)

    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (response.status_code, response.json()) == (200, PAID)
    assert (order.status, order.is_paid) == ("paid", True)
    assert (payment.state, payment.open_for, payment.needs_review) == ("paid", None, False)
    assert payment.shown["gateway_response"] == "Successful"
    assert list(OrderEvent.objects.filter(to_status="paid").values_list("by", flat=True)) == ["gateway"]


def test_asks_nobody_once_it_is_paid(shop_with_paystack, verify, reference):
    """T-PAY-7"""
    shop_with_paystack.pay(reference)
    verify(reference)
    shop_with_paystack.calls.clear()

    response = verify(reference)

    assert (response.status_code, response.json()) == (200, PAID)
    assert shop_with_paystack.calls == []
    assert OrderEvent.objects.filter(to_status="paid").count() == 1


def test_tells_the_customer_and_the_host_once(
    shop_with_paystack, verify, reference, order, django_capture_on_commit_callbacks
):
    told = []
    for signal in (order_paid, payment_succeeded):
        signal.connect(lambda **facts: told.append(facts["signal"]), weak=False, dispatch_uid=str(signal))
    shop_with_paystack.pay(reference)

    with django_capture_on_commit_callbacks(execute=True):
        verify(reference)
        verify(reference)

    for signal in (order_paid, payment_succeeded):
        signal.disconnect(dispatch_uid=str(signal))
    assert sorted(map(str, told)) == sorted(map(str, [order_paid, payment_succeeded]))
    assert len(mail.outbox) == 1


def test_a_payment_that_was_left_alone_is_pending(shop_with_paystack, verify, reference, order):
    """T-PAY-8"""
    response = verify(reference)

    order.refresh_from_db()
    assert response.status_code == 400
    assert response.json() == refusal(
        "payment_pending",
        id=1001,
        domain="test",
        status="abandoned",
        reference=reference,
        amount=750_000,
        requested_amount=750_000,
        currency="NGN",
        gateway_response="The transaction was not completed",
    )
    assert (order.status, Payment.objects.get().state) == ("pending", "open")


@pytest.mark.parametrize("word", ["pending", "processing", "of next year", None, [], True])
def test_only_success_is_paid(shop_with_paystack, verify, reference, order, word):
    """T-PAY-8"""
    shop_with_paystack.transactions[reference]["status"] = word

    response = verify(reference)

    order.refresh_from_db()
    assert (response.status_code, response.json()["code"]) == (400, "payment_pending")
    assert (order.status, Payment.objects.get().state) == ("pending", "open")


def test_a_failed_payment_allows_a_new_one(
    shop_with_paystack, verify, shopper, reference, order, django_capture_on_commit_callbacks
):
    """T-PAY-8"""
    failed = []
    payment_failed.connect(lambda payment, **_: failed.append(payment), weak=False, dispatch_uid="test")
    shop_with_paystack.transactions[reference]["status"] = "failed"

    with django_capture_on_commit_callbacks(execute=True):
        response = verify(reference)

    payment_failed.disconnect(dispatch_uid="test")
    assert (response.status_code, response.json()["code"]) == (400, "payment_failed")
    assert [payment.state for payment in failed] == ["failed"]
    assert shopper.post(f"/api/payments/create/{order.pk}/").status_code == 200


def test_a_failed_payment_may_still_be_paid(shop_with_paystack, verify, reference, order):
    shop_with_paystack.transactions[reference]["status"] = "failed"
    verify(reference)
    shop_with_paystack.pay(reference)

    assert verify(reference).status_code == 200
    order.refresh_from_db()
    assert order.status == "paid"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 100}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": "750000"}, "amount"),
        ({"amount": [750_000]}, "amount"),
        ({"amount": -750_000}, "amount"),
        ({"requested_amount": 100}, "amount"),
        ({"requested_amount": None, "amount": 750_001}, "amount"),
        ({"currency": "GHS"}, "currency"),
        ({"currency": None}, "currency"),
        ({"domain": "live"}, "mode"),
        ({"reference": "ORD_9_zzzzzzzzzzzzzzzz"}, "reference"),
        ({"reference": None}, "reference"),
    ],
)
def test_money_that_does_not_fit_is_flagged_and_pays_nothing(
    shop_with_paystack, verify, shopper, reference, order, change, reason
):
    """T-PAY-9, T-PAY-10: nobody pays a second time until staff have decided."""
    shop_with_paystack.pay(reference).update(change)

    response = verify(reference)

    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (response.status_code, response.json()["code"]) == (400, "payment_in_review")
    assert response.json()["detail"] == "Payment verification failed."
    assert (order.status, payment.state) == ("pending", "open")
    assert (payment.needs_review, payment.review_reason) == (True, reason)
    again = shopper.post(f"/api/payments/create/{order.pk}/")
    assert again.status_code == 400
    assert again.json() == {
        "detail": "Payment already initialized.",
        "code": "payment_already_initialized",
        "reference": reference,
        "access_code": None,
        "authorization_url": None,
    }


def test_what_waits_for_review_is_not_asked_about_again(shop_with_paystack, verify, reference, order):
    transaction = shop_with_paystack.pay(reference, amount=100)
    first = verify(reference).json()
    shop_with_paystack.calls.clear()
    transaction["amount"] = 750_000

    response = verify(reference)

    order.refresh_from_db()
    assert (response.status_code, response.json()) == (400, first)
    assert (shop_with_paystack.calls, order.status) == ([], "pending")


def test_fees_that_the_customer_bears_are_no_misfit(shop_with_paystack, verify, reference):
    shop_with_paystack.pay(reference, amount=762_000, fees=12_000)

    assert verify(reference).status_code == 200


def test_two_attempts_both_paid_pay_once_and_flag_the_second(
    shop_with_paystack, verify, shopper, order, reference
):
    """T-PAY-7"""
    shop_with_paystack.transactions[reference]["status"] = "failed"
    verify(reference)
    second = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_paystack.pay(reference)
    shop_with_paystack.pay(second)

    assert verify(second).status_code == 200
    response = verify(reference)

    assert (response.status_code, response.json()["code"]) == (400, "payment_in_review")
    assert Payment.objects.get(reference=reference).review_reason == "paid_twice"
    assert OrderEvent.objects.filter(to_status="paid").count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "cancelled"}, "order_cancelled"),
        ({"status": "expired"}, "order_expired"),
        ({"status": "refunded", "paid_at": timezone.now()}, "paid_twice"),
        ({"total_amount": "9000.00"}, "order_changed"),
        ({"currency": "GHS"}, "order_changed"),
    ],
)
def test_money_for_an_order_that_changed_meanwhile_is_flagged(
    shop_with_paystack, verify, reference, order, changes, reason
):
    """T-PAY-14"""
    Order.objects.update(**changes)
    status = Order.objects.get().status
    shop_with_paystack.pay(reference)

    response = verify(reference)

    order.refresh_from_db()
    assert (response.status_code, response.json()["code"]) == (400, "payment_in_review")
    assert (Payment.objects.get().review_reason, order.status) == (reason, status)


# One of each kind; the contract of the gateways tries them all.
@pytest.mark.parametrize("fault", ["401", "500", "html 200", "reset"])
def test_a_gateway_that_does_not_answer_changes_nothing(shop_with_paystack, verify, reference, order, fault):
    """T-PAY-12"""
    shop_with_paystack.pay(reference)
    shop_with_paystack.faults["/transaction/verify"] = fault

    response = verify(reference)

    order.refresh_from_db()
    assert (response.status_code, response.json()["code"]) == (503, "gateway_unavailable")
    assert int(response["Retry-After"]) > 0
    assert (order.status, Payment.objects.get().state) == ("pending", "open")
    assert PaymentEvent.objects.count() == 0


def test_a_gateway_that_the_site_no_longer_has_is_unavailable(settings, verify, reference):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "PAYMENT_GATEWAYS": {}}

    assert verify(reference).json()["code"] == "gateway_unavailable"


def test_a_gateway_that_denies_an_open_attempt_leaves_it_open(shop_with_paystack, verify, reference):
    shop_with_paystack.transactions.clear()

    response = verify(reference)

    assert (response.status_code, response.json()["code"]) == (400, "payment_pending")
    assert Payment.objects.get().state == "open"


def test_another_orders_payment_pays_only_its_own(
    shop_with_paystack, verify, shopper, buyer, order, reference
):
    """T-PAY-11"""
    other = make_order(buyer)
    elsewhere = shopper.post(f"/api/payments/create/{other.pk}/").json()["reference"]
    shop_with_paystack.pay(elsewhere)

    assert verify(reference).status_code == 400
    assert verify(elsewhere).status_code == 200
    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.status, other.status) == ("pending", "paid")


@pytest.mark.parametrize(
    "reference",
    [
        "ORD_1_nonesuch00000000",
        "ord_1_xxxxxxxxxxxxxxxxxxxx",
        "../../etc/passwd",
        "a b",
        "\x00",
        "'; DROP TABLE--",
        "x" * 5000,
        "ΩRD",
    ],
)
def test_an_unknown_reference_is_404_without_a_call(shop_with_paystack, verify, order, reference):
    """T-SSRF-1"""
    make_payment(order, state="open", reference=f"ORD_1_{'x' * 20}")

    response = verify(reference)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert shop_with_paystack.calls == []


def test_a_foreign_reference_is_as_unknown_as_a_missing_one(shop_with_paystack, verify):
    """T-IDOR-6"""
    foreign = make_payment(make_order(make_user()), state="open")

    response = verify(foreign.reference)

    assert (response.status_code, response.json()) == (404, verify("ORD_1_nonesuch").json())
    assert shop_with_paystack.calls == []


@pytest.mark.parametrize("query", ["", "?reference="])
def test_a_missing_reference_is_refused(shopper, query):
    response = shopper.get(f"/api/payments/verify/{query}")

    assert response.status_code == 400
    assert response.json() == {"reference": ["Name the payment."], "code": "invalid"}


def test_nobody_verifies_without_signing_in(api, shop_with_paystack, reference):
    """T-AUTHN-1"""
    assert api.get("/api/payments/verify/", {"reference": reference}).status_code == 401
    assert shop_with_paystack.calls == []


def test_only_the_whitelist_is_answered_stored_and_shown(
    shop_with_paystack, verify, reference, admin_client, caplog
):
    """T-LEAK-1"""
    shop_with_paystack.pay(reference, amount=100)

    answer = verify(reference).content.decode()

    payment, event = Payment.objects.get(), PaymentEvent.objects.get()
    page = admin_client.get(f"/admin/partscatalog_payments/payment/{payment.pk}/change/").content.decode()
    stored = f"{payment.shown} {event.body} {payment.__dict__} {event.__dict__}"
    for text in (answer, page, stored, caplog.text):
        for secret in (AUTHORIZATION_CODE, SECRET_KEY, "203.0.113.7", "4081"):
            assert secret not in text


def test_the_same_answer_again_is_no_news(shop_with_paystack, verify, reference):
    for _time in range(3):
        verify(reference)

    assert PaymentEvent.objects.count() == 1


def test_costs_a_bounded_number_of_statements(shop_with_paystack, verify, reference, statements):
    shop_with_paystack.pay(reference)

    with statements() as paying:
        verify(reference)
    with statements() as paid:
        verify(reference)

    assert (len(paying), len(paid)) == (8 + 1, 1 + 1)  # the token's user comes on top


def test_a_start_that_died_ends_though_it_was_asked_about_while_it_could_still_be_answered(
    shop_with_paystack, shopper, order
):
    """T-PAY-15: the same word means something else later."""
    killed = make_payment(order, age=1)
    assert shopper.get("/api/payments/verify/", {"reference": killed.reference}).status_code == 400
    killed.refresh_from_db()
    assert killed.state == "created"

    Payment.objects.update(created_at=timezone.now() - timedelta(hours=1), next_check_at=timezone.now())
    reconcile()

    killed.refresh_from_db()
    assert (killed.state, killed.open_for) == ("failed", None)
