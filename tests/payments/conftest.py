"""What the tests of payments share: a buyer with an order to pay, and the fake providers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.payments.models import Payment
from partscatalog.testing import make_product, make_user
from tests.orders.conftest import place
from tests.payments.fakes.paystack import SECRET_KEY, FakePaystack
from tests.payments.fakes.stripe import FakeStripe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.test import APIClient

SITE = "https://shop.example.com"
#: Long enough for an answer on the loopback, short enough to wait for one that never comes.
TIMEOUT = 2


@pytest.fixture
def paystack() -> Iterator[FakePaystack]:
    """A fake Paystack that answers on the loopback."""
    fake = FakePaystack()
    with fake.running():
        yield fake


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    """A fake Stripe that answers on the loopback."""
    fake = FakeStripe()
    with fake.running():
        yield fake


@pytest.fixture
def shop_with_paystack(settings, paystack: FakePaystack) -> FakePaystack:
    """The site takes payments by the fake Paystack; the sandbox is there as well."""
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "SITE_URL": SITE,
        "PAYMENT_GATEWAY": "paystack",
        "PAYMENT_GATEWAYS": {
            "paystack": {
                "BACKEND": "partscatalog.payments.gateways.paystack.PaystackGateway",
                "OPTIONS": {"SECRET_KEY": SECRET_KEY, "BASE_URL": paystack.url, "TIMEOUT": TIMEOUT},
            },
            "sandbox": {"BACKEND": "partscatalog.payments.sandbox.gateway.SandboxGateway"},
        },
    }
    return paystack


@pytest.fixture
def shop_with_stripe(settings, stripe: FakeStripe) -> FakeStripe:
    """The site takes payments by the fake Stripe, by two accounts of the same keys."""
    entry = {
        "BACKEND": "partscatalog.payments.gateways.stripe.StripeGateway",
        "OPTIONS": {
            "SECRET_KEY": stripe.secret_key,
            "WEBHOOK_SECRETS": [stripe.webhook_secret],
            "BASE_URL": stripe.url,
            "TIMEOUT": TIMEOUT,
        },
    }
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "SITE_URL": SITE,
        "PAYMENT_GATEWAY": "stripe",
        "PAYMENT_GATEWAYS": {"stripe": entry, "other": entry},
    }
    return stripe


@pytest.fixture
def buyer():
    return make_user("buyer@example.com")


@pytest.fixture
def shopper(buyer, signed_in) -> APIClient:
    """The buyer's client."""
    client: APIClient = signed_in(buyer)
    return client


@pytest.fixture
def order(buyer) -> Order:
    """The buyer's order of 7500.00 NGN, not yet paid."""
    return make_order(buyer)


@pytest.fixture
def placed(buyer) -> Order:
    """The buyer's order of 7500.00 NGN, not yet paid: three pieces of a stock of five."""
    return place(buyer, {make_product(stock=5): 3})


@pytest.fixture
def clerk():
    """Somebody of the staff who may do everything with payments."""
    user = make_user("clerk@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_payments"))
    return user


@pytest.fixture
def staff(clerk, signed_in) -> APIClient:
    """The clerk's client."""
    client: APIClient = signed_in(clerk)
    return client


def pay(shopper: APIClient, order: Order, action: str = "pay") -> Payment:
    """Let the buyer begin to pay at the sandbox, press a button of its page, and come back."""
    started = shopper.post(f"/api/payments/create/{order.pk}/?gateway=sandbox").json()
    Client().post(started["authorization_url"], {"action": action})
    shopper.get("/api/payments/verify/", {"reference": started["reference"]})
    return Payment.objects.get(reference=started["reference"])


def make_order(user: Any, total: str = "7500.00", **fields) -> Order:
    """Return a pending order of one piece at that price."""
    price = Decimal(total)
    fields = {"number": f"N{Order.objects.count() + 1}", "currency": "NGN", **fields}
    order = Order.objects.create(user=user, total_amount=price, **fields)
    OrderLine.objects.create(
        order=order, product=make_product(price=price), name="Piston", quantity=1, price=price
    )
    OrderEvent.objects.create(order=order, to_status=order.status, by="customer")
    return order


def make_payment(order: Order, *, age: float = 0, **fields) -> Payment:
    """Return an attempt of so many seconds ago; its start still runs if nothing else is said."""
    plain = {
        "state": "created",
        "open_for": order,
        "gateway": "paystack",
        "reference": f"ORD_{order.pk}_{'x' * 20}",
        "amount": order.total_amount,
        "amount_minor": int(order.total_amount * 100),
        "currency": order.currency,
        "is_live": False,
    }
    payment = Payment.objects.create(order=order, **{**plain, **fields})
    Payment.objects.filter(pk=payment.pk).update(created_at=timezone.now() - timedelta(seconds=age))
    return payment
