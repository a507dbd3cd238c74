"""Orders with a begun payment expire only after the gateway was asked once more."""

from __future__ import annotations

import pytest

from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.services import releasing
from partscatalog.payments.models import Payment
from tests.payments.fakes.server import FAULTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(shop_with_paystack, shopper, order) -> str:
    started: str = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_paystack.calls.clear()
    return started


def test_an_order_without_a_payment_expires_without_a_call(shop_with_paystack, order, later):
    with later(hours=25):
        assert releasing.expire_overdue() == 1

    order.refresh_from_db()
    assert (order.status, shop_with_paystack.calls) == ("expired", [])


def test_an_unpaid_attempt_is_asked_about_and_the_order_expires(shop_with_paystack, reference, order, later):
    with later(hours=25):
        releasing.expire_overdue()

    order.refresh_from_db()
    assert order.status == "expired"
    assert [call.path for call in shop_with_paystack.calls] == [f"/transaction/verify/{reference}"]


@pytest.mark.parametrize("state", ["open", "failed", "expired", "unknown"])
def test_an_attempt_that_turns_out_paid_pays_the_order_instead(
    shop_with_paystack, reference, order, later, state
):
    Payment.objects.update(state=state, open_for=order if state == "open" else None)
    shop_with_paystack.pay(reference)

    with later(hours=25):
        assert releasing.expire_overdue() == 0

    order.refresh_from_db()
    assert (order.status, Payment.objects.get().state) == ("paid", "paid")


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "drip" not in fault and fault != "hang"])
def test_while_the_gateway_cannot_answer_the_order_waits(shop_with_paystack, reference, order, later, fault):
    shop_with_paystack.faults["/transaction/verify"] = fault

    with later(hours=95):
        assert releasing.expire_overdue() == 0
    order.refresh_from_db()
    assert order.status == "pending"


def test_it_waits_three_days_at_most(shop_with_paystack, reference, order, later):
    shop_with_paystack.faults["/transaction/verify"] = "500"

    with later(hours=97):
        assert releasing.expire_overdue() == 1


def test_money_in_review_lets_the_order_wait(shop_with_paystack, reference, order, later):
    """T-PAY-14"""
    shop_with_paystack.pay(reference, amount=100)

    with later(hours=25):
        assert releasing.expire_overdue() == 0
        shop_with_paystack.calls.clear()
        assert releasing.expire_overdue() == 0

    assert Payment.objects.get().needs_review
    assert shop_with_paystack.calls == []


def test_a_payment_after_expiry_is_flagged_and_the_order_stays(
    shop_with_paystack, reference, shopper, order, later
):
    """T-PAY-14, T-ORDER-4"""
    with later(hours=25):
        releasing.expire_overdue()
    shop_with_paystack.pay(reference)

    response = shopper.get("/api/payments/verify/", {"reference": reference})

    assert response.json()["code"] == "payment_in_review"
    assert Payment.objects.get().review_reason == "order_expired"
    assert Order.objects.get().status == "expired"
    assert OrderEvent.objects.filter(to_status="paid").count() == 0
