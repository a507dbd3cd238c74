"""check_invariants looks at payments, too."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment
from partscatalog.payments.services import laws
from tests.payments.conftest import make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(shop_with_paystack, shopper, order) -> Payment:
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_paystack.pay(reference)
    shopper.get("/api/payments/verify/", {"reference": reference})
    return Payment.objects.get()


def test_the_laws_hold_after_ordinary_business(paid, order):
    make_payment(order, state="failed", open_for=None)

    assert list(laws.violations()) == []


@pytest.mark.parametrize(
    ("breach", "text"),
    [
        (lambda: Payment.objects.update(state="failed", paid_at=None), "is paid by 0 payments"),
        (lambda: Order.objects.update(status="pending", paid_at=None), "is paid by 1 payments"),
        (lambda: Order.objects.update(total_amount="1.00"), "of which 0 fit"),
        (lambda: Order.objects.update(currency="GHS"), "of which 0 fit"),
    ],
)
def test_a_broken_law_is_named(paid, breach, text):
    breach()

    assert any(text in violation for violation in laws.violations())


def test_check_invariants_fails_for_a_payment_that_breaks_a_law(paid):
    Payment.objects.update(state="failed", paid_at=None)

    with pytest.raises(CommandError):
        call_command("check_invariants")
