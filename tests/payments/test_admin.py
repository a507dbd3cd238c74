"""Payments in the admin: seen with their order and alone, never edited."""

from __future__ import annotations

import pytest

from partscatalog.payments.models import Payment, PaymentEvent
from tests.payments.conftest import make_payment

pytestmark = pytest.mark.django_db

PAGES = "/admin/partscatalog_payments/payment/"


@pytest.fixture
def payment(order) -> Payment:
    payment = make_payment(order, state="open", needs_review=True, review_reason="amount")
    PaymentEvent.objects.create(
        payment=payment, gateway="paystack", digest="0" * 64, kind="charge.success", source="webhook"
    )
    return payment


def test_an_order_shows_its_payments(admin_client, order, payment):
    page = admin_client.get(f"/admin/partscatalog_orders/order/{order.pk}/change/").content.decode()

    assert payment.reference in page
    assert "7500.00 NGN" in page
    assert "the amount is another than was asked for" in page


def test_staff_find_payments_by_reference_order_state_and_review(admin_client, order, payment):
    for query in (
        f"q={payment.reference}",
        f"q={order.number}",
        "needs_review__exact=1",
        "state__exact=open",
    ):
        assert payment.reference in admin_client.get(f"{PAGES}?{query}").content.decode()
    for query in ("q=nonesuch", "needs_review__exact=0", "state__exact=paid"):
        assert payment.reference not in admin_client.get(f"{PAGES}?{query}").content.decode()


def test_a_payment_is_shown_with_its_events_and_is_not_edited(admin_client, payment):
    """T-FUNC-5"""
    url = f"{PAGES}{payment.pk}/change/"

    page = admin_client.get(url).content.decode()
    assert "charge.success" in page
    assert '<input type="submit"' not in page
    assert admin_client.post(url, {"state": "paid"}).status_code == 403
    assert admin_client.get(f"{PAGES}add/").status_code == 403
    assert admin_client.post(f"{PAGES}{payment.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Payment.objects.get().state == "open"


def test_the_list_costs_a_bounded_number_of_statements(admin_client, payment, buyer, statements):
    admin_client.get(PAGES)
    with statements() as one:
        admin_client.get(PAGES)
    for number in range(5):
        make_payment(payment.order, state="failed", open_for=None, reference=f"ORD_{number}")
    with statements() as many:
        admin_client.get(PAGES)

    assert len(many) == len(one)
