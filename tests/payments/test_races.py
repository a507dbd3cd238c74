"""What happens at once: real threads with real connections, on every database."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from partscatalog.orders.models import OrderEvent
from partscatalog.orders.signals import order_paid
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.services import applying
from partscatalog.payments.signals import payment_succeeded
from partscatalog.testing.storms import meeting, storm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make the calls at one moment and return their answers."""
    outcomes = storm(calls)
    assert outcomes.errors == []
    return outcomes.values


def statuses(responses: Iterable[Any]) -> Counter[int]:
    return Counter(response.status_code for response in responses)


@pytest.fixture
def create(shopper, order):
    return lambda: shopper.post(f"/api/payments/create/{order.pk}/")


@pytest.fixture
def verify(shopper):
    return lambda reference: shopper.get("/api/payments/verify/", {"reference": reference})


@pytest.fixture
def tell(shop_with_paystack):
    def post(body: bytes, headers: dict[str, str]):
        return Client().post(
            "/api/payments/webhooks/paystack/", body, content_type="application/json", headers=headers
        )

    return post


@pytest.fixture
def told():
    """The signals that hosts get, by name, counted."""
    counted: Counter[str] = Counter()
    for name, signal in (("order_paid", order_paid), ("payment_succeeded", payment_succeeded)):
        signal.connect(lambda name=name, **_: counted.update([name]), weak=False, dispatch_uid=f"test {name}")
    yield counted
    for name, signal in (("order_paid", order_paid), ("payment_succeeded", payment_succeeded)):
        signal.disconnect(dispatch_uid=f"test {name}")


def assert_paid_once(order, told) -> None:
    order.refresh_from_db()
    assert order.status == "paid"
    assert OrderEvent.objects.filter(order=order, to_status="paid").count() == 1
    assert told == {"order_paid": 1, "payment_succeeded": 1}
    assert len(mail.outbox) == 1
    assert not Payment.objects.filter(needs_review=True).exists()


def test_eight_starts_at_once_open_one_chargeable_transaction(shop_with_paystack, create, verify, order):
    """T-PAY-5, T-PAY-6"""
    responses = at_once([create] * 8)

    assert statuses(responses) == {200: 1, 400: 7}
    assert {response.json()["code"] for response in responses if response.status_code == 400} == {
        "payment_already_initialized"
    }
    (reference,) = shop_with_paystack.transactions
    shop_with_paystack.pay(reference)
    assert verify(reference).status_code == 200


def test_eight_starts_at_once_after_a_lost_answer_open_one_more(shop_with_paystack, create, order):
    """T-PAY-6, T-PAY-15"""
    shop_with_paystack.faults["/transaction/initialize"] = "lost"
    create()
    shop_with_paystack.faults.clear()

    responses = at_once([create] * 8)

    assert statuses(responses) == {200: 1, 400: 7}
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["expired", "open"]


def test_ten_verifies_at_once_pay_once(shop_with_paystack, create, verify, order, told):
    """T-PAY-7"""
    reference = create().json()["reference"]
    shop_with_paystack.pay(reference)
    mail.outbox.clear()

    responses = at_once([lambda: verify(reference)] * 10)

    assert statuses(responses) == {200: 10}
    assert_paid_once(order, told)
    assert PaymentEvent.objects.count() == 1


def test_webhooks_and_returns_at_once_pay_once(shop_with_paystack, create, verify, tell, order, told):
    """T-HOOK-2"""
    reference = create().json()["reference"]
    body, headers = shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference))
    mail.outbox.clear()

    responses = at_once([lambda: tell(body, headers)] * 6 + [lambda: verify(reference)] * 4)

    assert statuses(responses) == {200: 10}
    assert_paid_once(order, told)
    assert Counter(PaymentEvent.objects.values_list("source", flat=True)) <= Counter(webhook=1, asked=1)


def test_two_paid_attempts_at_once_pay_once_and_flag_the_other(
    shop_with_paystack, create, verify, order, told
):
    """T-PAY-7"""
    first = create().json()["reference"]
    shop_with_paystack.transactions[first]["status"] = "failed"
    verify(first)
    second = create().json()["reference"]
    shop_with_paystack.pay(first)
    shop_with_paystack.pay(second)

    responses = at_once([lambda: verify(first), lambda: verify(second)] * 4)

    order.refresh_from_db()
    assert set(statuses(responses)) == {200, 400}
    assert (order.status, told) == ("paid", {"order_paid": 1, "payment_succeeded": 1})
    paid, flagged = Payment.objects.get(state="paid"), Payment.objects.get(needs_review=True)
    assert {paid.reference, flagged.reference} == {first, second}
    assert flagged.review_reason == "paid_twice"


def test_a_cancellation_beside_a_payment_ends_one_way_or_the_other(
    shop_with_paystack, create, shopper, verify, order
):
    """T-PAY-14, T-ORDER-4"""
    reference = create().json()["reference"]
    shop_with_paystack.pay(reference)

    at_once([lambda: verify(reference), lambda: shopper.post(f"/api/orders/orders/{order.pk}/cancel/")] * 3)

    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (order.status, payment.state, payment.review_reason) in {
        ("paid", "paid", ""),
        ("cancelled", "open", "order_cancelled"),
    }


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite has one writer whatever we lock, and MariaDB ends this storm by a deadlock of its own.",
)
def test_without_its_lock_the_same_storm_breaks_the_books(
    shop_with_paystack, create, verify, tell, order, told, monkeypatch
):
    """T-RACE-18: the negative control of the storms above."""
    reference = create().json()["reference"]
    body, headers = shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference))
    mail.outbox.clear()
    unlocked = Payment.objects.select_related("order")
    monkeypatch.setattr(
        applying, "lock_payment", lambda payment, **facts: unlocked.annotate(**facts).get(pk=payment.pk)
    )

    with meeting(applying, "lock_payment", parties=2):
        at_once([lambda: tell(body, headers), lambda: verify(reference)])

    with pytest.raises(AssertionError):
        assert_paid_once(order, told)
