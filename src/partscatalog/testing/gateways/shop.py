"""The shop's side of the contract: a buyer with an order, in a shop that takes payments by the gateway."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from partscatalog import laws
from partscatalog.api import tokens
from partscatalog.conf import DEFAULT_THROTTLES, get_settings, swap
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.payments.models import Payment, Refund
from partscatalog.payments.services import reconciling
from partscatalog.payments.services.refunding import RefundOrder, refund_payment
from partscatalog.testing.factories import make_user
from partscatalog.testing.orders import make_order
from partscatalog.testing.storms import storm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.dispatch import Signal

    from partscatalog.testing.gateways.provider import Webhook

ALIAS = "contract"
#: Another alias of the same provider, under another account.
OTHER = "contract2"

#: What of a gateway calls its provider.
CALLS = ("start", "fetch", "close", "refund", "fetch_refunds")


@dataclass
class Shop:
    """A buyer with an order in a shop that takes payments by the gateway."""

    buyer: Any
    order: Order
    client: APIClient
    provider: Any

    @property
    def payment(self) -> Payment:
        return Payment.objects.latest("pk")

    @property
    def status(self) -> str:
        self.order.refresh_from_db()
        return self.order.status

    def new_order(self) -> Order:
        """Return another order of the buyer like the first."""
        return make_order(self.buyer, str(self.order.total_amount), currency=self.order.currency)

    def create(self, order: Order | None = None) -> Any:
        return self.client.post(path(f"create/{(order or self.order).pk}/"))

    def begin(self, order: Order | None = None) -> str:
        """Begin a payment and return its reference."""
        response = self.create(order)
        assert response.status_code == 200, response.content
        reference: str = response.json()["reference"]
        return reference

    def verify(self, reference: str) -> Any:
        return self.client.get(path("verify/"), {"reference": reference})

    def tell(self, webhook: Webhook, alias: str = ALIAS) -> Any:
        return Client(raise_request_exception=False).generic(
            "POST",
            path(f"webhooks/{alias}/"),
            webhook.body,
            content_type="application/json",
            headers=dict(webhook.headers),
        )

    def reconcile(self) -> None:
        """Ask about all that is open; what reconcile logs and tries again later is a failure here."""
        with patch.object(reconciling.logger, "exception", side_effect=AssertionError):
            call_command("reconcile_payments", now=True, stdout=StringIO())

    def assert_paid_once(self) -> None:
        assert self.status == "paid"
        assert OrderEvent.objects.filter(order=self.order, to_status="paid").count() == 1
        assert Payment.objects.exclude(paid_at=None).count() == 1
        assert broken_laws() == []

    def assert_unpaid(self) -> None:
        assert self.status == "pending"
        assert not Payment.objects.exclude(paid_at=None).exists()
        assert broken_laws() == []

    def refund(self, reference: str, amount: str | None = None, **wanted: Any) -> Refund:
        payment = Payment.objects.get(reference=reference)
        units = None if amount is None else Decimal(amount)
        return refund_payment(RefundOrder(payment=payment, actor=self.buyer, amount=units, **wanted))


class Contract:
    """What all parts of the contract share; a subclass names its gateway and makes its provider."""

    #: The gateway's dotted path.
    backend: ClassVar[str]
    currency: ClassVar[str] = "NGN"
    total: ClassVar[str] = "7500.00"

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test once for each entry of the class's lists, named like the test's parameter."""
        for name in {"amounts", "misfits", "statuses"}.intersection(metafunc.fixturenames):
            cases = getattr(self, name)
            metafunc.parametrize(name, cases, ids=[" ".join(map(str, case)) for case in cases])

    @pytest.fixture
    def provider(self) -> Iterator[Any]:
        """Return the fake, running."""
        raise NotImplementedError

    @pytest.fixture
    def shop(self, db: None, settings: Any, provider: Any) -> Shop:
        settings.PARTSCATALOG = {
            **settings.PARTSCATALOG,
            "SITE_URL": "https://shop.example.com",
            "THROTTLES": dict.fromkeys(DEFAULT_THROTTLES),
            "PAYMENT_GATEWAY": ALIAS,
            "PAYMENT_GATEWAYS": {
                ALIAS: {"BACKEND": self.backend, "OPTIONS": provider.options},
                OTHER: {"BACKEND": self.backend, "OPTIONS": provider.other_options},
            },
        }
        buyer = make_user()
        order = make_order(buyer, self.total, currency=self.currency)
        return Shop(buyer=buyer, order=order, client=client_of(buyer), provider=provider)

    @pytest.fixture
    def reference(self, shop: Shop) -> str:
        """Return the reference of a payment that was begun."""
        return shop.begin()


def broken_laws() -> list[str]:
    """Return what the books of payments and orders say that cannot be."""
    return [text for name in ("orders", "payments") for text in laws.LAWS[name]() if "booked" not in text]


def path(rest: str) -> str:
    return get_settings().PAYMENTS_PATH + rest


def client_of(user: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user, 'access')}")
    return client


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    outcomes = storm(calls)
    assert outcomes.errors == []
    return outcomes.values


@contextmanager
def uncalled(backend: str) -> Iterator[None]:
    """Let no call reach the provider."""
    with ExitStack() as patches:
        calls = [
            patches.enter_context(patch.object(swap(backend), name, side_effect=AssertionError))
            for name in CALLS
        ]
        yield
    assert [call for call in calls if call.called] == []


def _count(told: Counter[str], name: str, **_: Any) -> None:
    told.update([name])


@contextmanager
def counted(**signals: Signal) -> Iterator[Counter[str]]:
    """Count how often each signal is sent."""
    told: Counter[str] = Counter()
    for name, signal in signals.items():
        signal.connect(partial(_count, told, name), weak=False, dispatch_uid=f"contract {name}")
    try:
        yield told
    finally:
        for name, signal in signals.items():
            signal.disconnect(dispatch_uid=f"contract {name}")
