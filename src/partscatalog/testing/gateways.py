"""What every payment gateway must survive: tests to inherit, run against a fake of your provider.

Write a :class:`Provider`, a fake of the provider's API on the loopback, and inherit a test class from
:class:`GatewayContract` and from those of the others that your provider has something of. Needs pytest and
pytest-django.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from partscatalog import laws
from partscatalog.api import tokens
from partscatalog.conf import DEFAULT_THROTTLES, get_settings, swap
from partscatalog.exceptions import GatewayUnavailable, RefundRefused
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.services import moving
from partscatalog.orders.signals import order_paid
from partscatalog.payments.models import Payment, PaymentEvent, Refund
from partscatalog.payments.services.refunding import RefundOrder, refund_payment
from partscatalog.payments.signals import payment_refunded, payment_succeeded
from partscatalog.testing.factories import make_user
from partscatalog.testing.orders import make_order
from partscatalog.testing.server import FAULTS
from partscatalog.testing.storms import storm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.dispatch import Signal

ALIAS = "contract"
#: Another alias of the same provider, under another account.
OTHER = "contract2"


@dataclass(frozen=True)
class Webhook:
    """One event as the provider sends it."""

    body: bytes
    headers: Mapping[str, str]


class Provider(ABC):
    """The provider's side of a test: what happens at its desk and on its pay page.

    ``options`` are the OPTIONS of a gateway that speaks to it, with a ``TIMEOUT`` of half a second or so,
    ``other_options`` those of another account. ``paths`` says how the paths of its calls begin, by ``start``,
    ``fetch`` and ``refund``, for a fake that is a :class:`~partscatalog.testing.server.FakeServer`.
    ``secrets`` are texts that must never be seen outside.
    """

    options: Mapping[str, Any]
    other_options: Mapping[str, Any]
    secrets: Sequence[str] = ()
    paths: ClassVar[Mapping[str, str]] = {}
    faults: dict[str, str]

    @abstractmethod
    def asked(self, reference: str) -> tuple[int, str]:
        """Return the amount in minor units and the currency that it was asked to take."""

    @abstractmethod
    def payable(self) -> int:
        """Return how many transactions a buyer could pay now or has paid."""

    @abstractmethod
    def pay(self, reference: str, **differences: Any) -> None:
        """Let the buyer pay; ``amount``, ``currency``, ``is_live``, ``reference`` are then said otherwise."""

    @abstractmethod
    def decline(self, reference: str) -> None:
        """Let the payment fail."""

    @abstractmethod
    def webhook(self, reference: str) -> Webhook:
        """Return the event that tells how the payment stands now; each call's is the same event."""

    @abstractmethod
    def sign(self, body: bytes) -> Mapping[str, str]:
        """Return the headers that prove a body."""

    def slow(self, reference: str) -> None:
        """Let the buyer choose a method whose money comes days later."""
        raise NotImplementedError

    def expire(self, reference: str) -> None:
        """Let the time to pay run out."""
        raise NotImplementedError

    def add_fees(self, reference: str, fees: int) -> None:
        """Let the buyer pay so much more, for the provider's fees."""
        raise NotImplementedError

    def refund(self, reference: str, amount: int) -> None:
        """Give money back at the provider's own desk."""
        raise NotImplementedError

    def refunded(self, reference: str) -> int:
        """Return how much was given back, in minor units."""
        raise NotImplementedError

    def fail_refunds(self, reference: str) -> None:
        """Let all refunds so far fail, days later."""
        raise NotImplementedError

    def refund_webhook(self, reference: str) -> Webhook:
        """Return the event that tells of the latest refund."""
        raise NotImplementedError

    def dispute_webhook(self, reference: str, outcome: str) -> Webhook:
        """Return the event that tells of a dispute: ``opened``, ``won`` or ``lost``."""
        raise NotImplementedError


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

    def create(self, order: Order | None = None) -> Any:
        return self.client.post(_path(f"create/{(order or self.order).pk}/"))

    def begin(self, order: Order | None = None) -> str:
        """Begin a payment and return its reference."""
        response = self.create(order)
        assert response.status_code == 200, response.content
        reference: str = response.json()["reference"]
        return reference

    def verify(self, reference: str) -> Any:
        return self.client.get(_path("verify/"), {"reference": reference})

    def tell(self, webhook: Webhook, alias: str = ALIAS) -> Any:
        return Client(raise_request_exception=False).generic(
            "POST",
            _path(f"webhooks/{alias}/"),
            webhook.body,
            content_type="application/json",
            headers=dict(webhook.headers),
        )

    def reconcile(self) -> None:
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


class _Contract:
    """What all parts of the contract share; a subclass names its gateway and makes its provider."""

    #: The gateway's dotted path.
    backend: ClassVar[str]
    currency: ClassVar[str] = "NGN"
    total: ClassVar[str] = "7500.00"

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
        return Shop(buyer=buyer, order=order, client=_client(buyer), provider=provider)

    @pytest.fixture
    def reference(self, shop: Shop) -> str:
        """Return the reference of a payment that was begun."""
        return shop.begin()


#: Bodies that are no event, whoever signed them.
NO_EVENTS = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[]",
    b"null",
    b'"paid"',
    b"{}",
    b"[" * 100_000,
    b'{"event": ' + b'{"a": ' * 50_000,
    b'{"id": ' + b"9" * 10_000 + b"}",
    b'{"event": 7, "type": [], "data": null}',
    b'{"event": "x", "type": "x", "data": []}',
    b'{"event": "x", "type": "x", "data": {"object": null, "reference": {"a": []}}}',
    b'{"event": "x", "type": "x", "id": "' + b"x" * 300_000 + b'"}',
)


class GatewayContract(_Contract):
    """Start, pay, return, webhook and reconcile, in every order and at once."""

    #: Amounts, their currency, and the minor units that they are; None for one that must be refused.
    amounts: ClassVar[Sequence[tuple[str, str, int | None]]]
    #: What the provider may say otherwise than it was asked, and the reason to review that it gives.
    misfits: ClassVar[Sequence[tuple[dict[str, Any], str]]]

    def test_start_pay_return_is_one_payment_and_a_conforming_request(self, shop: Shop) -> None:
        response = shop.create()

        answer = response.json()
        reference = answer["reference"]
        assert (response.status_code, set(answer)) == (
            200,
            {"reference", "access_code", "authorization_url"},
        )
        assert shop.provider.asked(reference) == (shop.payment.amount_minor, self.currency)
        shop.provider.pay(reference)
        assert shop.verify(reference).json() == {"detail": "Payment verified and order marked as paid."}
        shop.assert_paid_once()

    def test_a_second_start_answers_the_open_page_again(self, shop: Shop) -> None:
        first = shop.create().json()
        second = shop.create()

        assert second.status_code == 400
        assert second.json() == {
            "detail": "Payment already initialized.",
            "code": "payment_already_initialized",
            **first,
        }
        assert shop.provider.payable() == 1

    @pytest.mark.django_db(transaction=True)
    def test_eight_starts_at_once_open_one_transaction(self, shop: Shop) -> None:
        answers = _at_once([shop.create] * 8)

        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}
        assert shop.provider.payable() == 1
        reference = shop.payment.reference
        shop.provider.pay(reference)
        assert shop.verify(reference).status_code == 200

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            ("paid", "order_already_paid"),
            ("shipped", "order_already_paid"),
            ("cancelled", "order_not_payable"),
            ("expired", "order_not_payable"),
        ],
    )
    def test_an_order_that_is_paid_or_ended_is_not_started(self, shop: Shop, status: str, code: str) -> None:
        Order.objects.update(status=status)

        response = shop.create()

        assert (response.status_code, response.json()["code"]) == (400, code)
        assert shop.provider.payable() == 0

    def test_a_return_without_paying_is_pending_and_paying_later_pays(
        self, shop: Shop, reference: str
    ) -> None:
        early = shop.verify(reference)
        shop.assert_unpaid()
        shop.provider.pay(reference)

        assert (early.status_code, early.json()["code"]) == (400, "payment_pending")
        assert shop.verify(reference).status_code == 200
        shop.assert_paid_once()

    def test_the_webhook_first_and_the_return_after_it(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.verify(reference).status_code == 200
        shop.assert_paid_once()

    def test_the_return_first_and_the_webhook_after_it(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)

        assert shop.verify(reference).status_code == 200
        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        shop.assert_paid_once()

    @pytest.mark.django_db(transaction=True)
    def test_webhooks_and_returns_at_once_pay_once(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        mail.outbox.clear()

        with _counted(order_paid=order_paid, payment_succeeded=payment_succeeded) as told:
            answers = _at_once([lambda: shop.tell(webhook)] * 6 + [lambda: shop.verify(reference)] * 4)

        assert {answer.status_code for answer in answers} == {200}
        assert told == {"order_paid": 1, "payment_succeeded": 1}
        assert len(mail.outbox) == 1
        shop.assert_paid_once()

    def test_the_same_event_five_times_is_one(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)

        assert {shop.tell(webhook).status_code for _time in range(5)} == {200}
        assert PaymentEvent.objects.count() == 1
        shop.assert_paid_once()

    def test_events_in_reverse_leave_it_paid(self, shop: Shop, reference: str) -> None:
        shop.provider.decline(reference)
        declined = shop.provider.webhook(reference)
        shop.provider.pay(reference)

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.tell(declined).status_code == 200
        shop.assert_paid_once()

    def test_a_declined_payment_allows_a_new_one_and_may_still_be_paid(
        self, shop: Shop, reference: str
    ) -> None:
        shop.provider.decline(reference)

        declined = shop.verify(reference)
        second = shop.begin()
        shop.provider.pay(reference)

        assert (declined.status_code, declined.json()["code"]) == (400, "payment_failed")
        assert second != reference
        assert shop.verify(reference).status_code == 200
        shop.assert_paid_once()

    def test_two_attempts_both_paid_pay_once_and_flag_the_second(self, shop: Shop, reference: str) -> None:
        shop.provider.decline(reference)
        shop.verify(reference)
        second = shop.begin()
        shop.provider.pay(second)
        shop.provider.pay(reference)

        assert shop.tell(shop.provider.webhook(second)).status_code == 200
        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert Payment.objects.get(needs_review=True).reference == reference
        assert Payment.objects.get(needs_review=True).review_reason == "paid_twice"
        shop.assert_paid_once()

    def test_no_webhook_and_a_closed_browser_are_reconciled(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)

        shop.reconcile()

        shop.assert_paid_once()

    def test_money_that_does_not_fit_is_flagged_however_it_is_told(self, shop: Shop) -> None:
        for differences, reason in self.misfits:
            for is_told in (True, False):
                order = make_order(shop.buyer, self.total, currency=self.currency)
                reference = shop.begin(order)
                shop.provider.pay(reference, **differences)

                if is_told:
                    answer = shop.tell(shop.provider.webhook(reference))
                    assert answer.status_code == 200, differences
                else:
                    answer = shop.verify(reference)
                    assert answer.json()["code"] == "payment_in_review", differences

                order.refresh_from_db()
                payment = Payment.objects.get(reference=reference)
                assert (order.status, payment.review_reason) == ("pending", reason), differences
                again = shop.create(order)
                assert (again.status_code, again.json()["authorization_url"]) == (400, None)
        assert broken_laws() == []

    def test_one_orders_payment_never_pays_another_order(self, shop: Shop, reference: str) -> None:
        other = make_order(shop.buyer, self.total, currency=self.currency)
        theirs = shop.begin(other)
        shop.provider.pay(theirs)

        shop.tell(shop.provider.webhook(theirs))
        shop.verify(reference)

        assert shop.status == "pending"
        other.refresh_from_db()
        assert other.status == "paid"

    def test_an_order_that_changed_meanwhile_is_not_paid_silently(self, shop: Shop, reference: str) -> None:
        Order.objects.update(total_amount=Decimal(self.total) + 100)
        shop.provider.pay(reference)

        shop.tell(shop.provider.webhook(reference))

        assert shop.status == "pending"
        assert shop.payment.review_reason == "order_changed"

    @pytest.mark.parametrize("status", ["cancelled", "expired"])
    def test_money_for_an_order_that_ended_is_flagged(self, shop: Shop, reference: str, status: str) -> None:
        Order.objects.update(status=status)
        shop.provider.pay(reference)

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200

        assert shop.status == status
        assert shop.payment.review_reason == f"order_{status}"

    def test_another_users_reference_is_404_without_a_call(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        stranger = _client(make_user())

        assert stranger.get(_path("verify/"), {"reference": reference}).status_code == 404
        shop.assert_unpaid()

    def test_a_forged_signature_changes_nothing(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        (name,) = webhook.headers
        genuine = webhook.headers[name]
        for headers in (
            {},
            {name: ""},
            {name: genuine[:-1]},
            {name: genuine + "0"},
            {name: "é" * 64},
            {name: "x" * 10_000},
            {"x-other-signature": genuine},
        ):
            answer = shop.tell(Webhook(webhook.body, headers))
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_webhook"), headers
        for body in (webhook.body + b" ", webhook.body.replace(b": ", b":"), webhook.body[:-1]):
            assert shop.tell(Webhook(body, webhook.headers)).status_code == 400
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()

    def test_a_signed_body_that_is_no_event_is_no_failure(self, shop: Shop, reference: str) -> None:
        for body in NO_EVENTS:
            assert shop.tell(Webhook(body, shop.provider.sign(body))).status_code in {200, 400}, body[:60]
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()

    def test_an_event_about_no_payment_of_ours_makes_nothing(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        body = webhook.body.replace(reference.encode(), reference[:-4].encode() + b"none")

        assert shop.tell(Webhook(body, shop.provider.sign(body))).status_code == 200
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()

    def test_another_account_of_the_provider_does_not_answer(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)

        assert shop.tell(webhook, OTHER).status_code == 400
        shop.assert_unpaid()

    def test_a_webhook_while_the_start_still_runs_pays(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gateway = swap(self.backend)
        start = gateway.start

        def told_before_it_answers(self: Any, request: Any) -> Any:
            started = start(self, request)
            shop.provider.pay(request.reference)
            assert shop.tell(shop.provider.webhook(request.reference)).status_code == 200
            return started

        monkeypatch.setattr(gateway, "start", told_before_it_answers)

        assert shop.create().status_code == 200
        shop.assert_paid_once()

    def test_a_worker_killed_between_call_and_commit_is_reconciled(self, shop: Shop, reference: str) -> None:
        Payment.objects.update(state="created", access_code="", authorization_url="")
        Payment.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        shop.provider.pay(reference)

        shop.reconcile()

        shop.assert_paid_once()

    def test_a_crash_while_applying_leaves_nothing_and_the_next_try_heals(
        self, shop: Shop, reference: str
    ) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)

        with patch.object(moving, "mark_paid", side_effect=ZeroDivisionError):
            assert shop.tell(webhook).status_code == 500
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()

        assert shop.tell(webhook).status_code == 200
        shop.assert_paid_once()

    @pytest.mark.django_db(transaction=True)
    def test_a_webhook_needs_neither_broker_nor_gateway(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)

        with patch("partscatalog.jobs._run", side_effect=ConnectionError), _away(shop.provider):
            assert shop.tell(webhook).status_code == 200

        shop.assert_paid_once()
        mail.outbox.clear()
        OrderEvent.objects.update(at=timezone.now() - timedelta(hours=2))
        call_command("send_missing_mails", stdout=StringIO())
        assert len(mail.outbox) >= 1

    def test_amounts_are_in_the_providers_units_and_never_rounded(self, shop: Shop) -> None:
        for total, currency, units in self.amounts:
            order = make_order(shop.buyer, total, currency=currency)
            answer = shop.create(order)
            if units is None:
                assert (answer.status_code, answer.json()["code"]) == (500, "gateway_error"), total
            else:
                assert shop.provider.asked(answer.json()["reference"]) == (units, currency), total

    def test_no_secret_is_ever_seen(
        self, shop: Shop, reference: str, caplog: pytest.LogCaptureFixture, admin_client: Client
    ) -> None:
        caplog.set_level("DEBUG")
        shop.provider.pay(reference)
        answers = [shop.tell(shop.provider.webhook(reference)), shop.verify(reference), shop.create()]
        page = admin_client.get(f"/admin/partscatalog_payments/payment/{shop.payment.pk}/change/")
        assert page.status_code == 200

        seen = [answer.content.decode() for answer in [*answers, page]]
        seen += [caplog.text, str(shop.payment.__dict__)]
        seen += [str(event.__dict__) for event in PaymentEvent.objects.all()]
        for secret in shop.provider.secrets:
            assert not [text for text in seen if secret in text]


class FaultContract(_Contract):
    """A provider that is broken in every way that a network and a server can be."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_start_that_fails_leaves_the_order_payable(self, shop: Shop, fault: str) -> None:
        shop.provider.faults[shop.provider.paths["start"]] = fault
        before = timezone.now()
        answer = shop.create()

        assert (answer.status_code, answer.json()) == (
            500,
            {"detail": "Payment gateway error", "code": "gateway_error"},
        )
        assert timezone.now() - before < timedelta(seconds=10)
        shop.assert_unpaid()
        shop.provider.faults.clear()
        reference = shop.begin()
        shop.provider.pay(reference)
        assert shop.verify(reference).status_code == 200
        shop.assert_paid_once()

    @pytest.mark.django_db(transaction=True)
    def test_eight_starts_after_a_lost_answer_open_one_page(self, shop: Shop) -> None:
        shop.provider.faults[shop.provider.paths["start"]] = "lost"
        assert shop.create().status_code == 500
        shop.provider.faults.clear()

        answers = _at_once([shop.create] * 8)

        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}
        assert Payment.objects.filter(state="open").count() == 1

    def test_an_attempt_whose_answer_was_lost_may_turn_out_paid(self, shop: Shop) -> None:
        shop.provider.faults[shop.provider.paths["start"]] = "lost"
        shop.create()
        shop.provider.faults.clear()
        shop.provider.pay(shop.payment.reference)

        answer = shop.create()

        assert (answer.status_code, answer.json()["code"]) == (400, "order_already_paid")
        shop.assert_paid_once()

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_question_that_fails_changes_nothing_and_reconcile_pays_later(
        self, shop: Shop, reference: str, fault: str
    ) -> None:
        shop.provider.pay(reference)
        shop.provider.faults[shop.provider.paths["fetch"]] = fault

        answer = shop.verify(reference)

        assert (answer.status_code, answer.json()["code"]) == (503, "gateway_unavailable")
        assert shop.payment.state == "open"
        shop.reconcile()
        shop.assert_unpaid()
        shop.provider.faults.clear()
        shop.reconcile()
        shop.assert_paid_once()


class SlowMethodContract(_Contract):
    """Methods whose money comes later: complete is not paid."""

    def test_later_success_pays(self, shop: Shop, reference: str) -> None:
        shop.provider.slow(reference)
        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.verify(reference).json()["code"] == "payment_pending"
        shop.assert_unpaid()

        shop.provider.pay(reference)
        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        shop.assert_paid_once()

    def test_later_failure_allows_a_new_start_with_an_open_page(self, shop: Shop, reference: str) -> None:
        shop.provider.slow(reference)
        shop.verify(reference)
        shop.provider.decline(reference)
        shop.reconcile()

        second = shop.create()

        assert shop.payment.reference != reference
        assert second.json()["authorization_url"]


class ExpiryContract(_Contract):
    """Pages that can be paid for a while only."""

    def test_an_expired_page_allows_a_new_start(self, shop: Shop, reference: str) -> None:
        shop.provider.expire(reference)

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.verify(reference).json()["code"] == "payment_failed"
        assert shop.begin() != reference
        shop.assert_unpaid()


class FeeContract(_Contract):
    """Fees that the buyer bears on top of the price."""

    def test_fees_on_top_are_no_misfit(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        shop.provider.add_fees(reference, 150)

        assert shop.verify(reference).status_code == 200
        shop.assert_paid_once()


class DisputeContract(_Contract):
    """Buyers who take their money back by their bank."""

    @pytest.mark.parametrize(("outcome", "state"), [("won", "paid"), ("lost", "disputed")])
    def test_a_dispute_is_recorded_and_flagged(
        self, shop: Shop, reference: str, outcome: str, state: str
    ) -> None:
        shop.provider.pay(reference)
        shop.tell(shop.provider.webhook(reference))

        for _time in range(2):
            assert shop.tell(shop.provider.dispute_webhook(reference, "opened")).status_code == 200
        assert (shop.payment.state, shop.payment.review_reason) == ("disputed", "disputed")
        assert shop.payment.needs_review
        assert shop.tell(shop.provider.dispute_webhook(reference, outcome)).status_code == 200

        assert (shop.payment.state, shop.payment.needs_review) == (state, outcome == "lost")
        shop.assert_paid_once()


class RefundContract(_Contract):
    """Money given back: in parts, at once, at the provider's desk, and never twice."""

    @pytest.fixture
    def paid(self, shop: Shop, reference: str) -> str:
        """Return the reference of a payment that has paid the order."""
        shop.provider.pay(reference)
        shop.tell(shop.provider.webhook(reference))
        return reference

    def test_a_part_too_much_the_rest_and_one_more(self, shop: Shop, paid: str) -> None:
        shop.refund(paid, "2500.00")
        assert (shop.payment.state, shop.status) == ("partially_refunded", "paid")
        with pytest.raises(RefundRefused):
            shop.refund(paid, "5000.01")
        shop.refund(paid)
        with pytest.raises(RefundRefused):
            shop.refund(paid)

        assert (shop.payment.state, shop.status) == ("refunded", "refunded")
        assert shop.provider.refunded(paid) == shop.payment.amount_minor
        assert broken_laws() == []

    @pytest.mark.django_db(transaction=True)
    def test_four_full_refunds_at_once_are_one(self, shop: Shop, paid: str) -> None:
        with _counted(refunded=payment_refunded) as told:
            outcomes = storm([lambda: shop.refund(paid)] * 4)

        assert [type(error) for error in outcomes.errors] == [RefundRefused] * 3
        assert shop.provider.refunded(paid) == shop.payment.amount_minor
        assert told == {"refunded": 1}
        assert shop.status == "refunded"

    def test_a_refund_at_the_desk_that_is_told_three_times_counts_once(self, shop: Shop, paid: str) -> None:
        shop.provider.refund(paid, 100)
        for _time in range(3):
            assert shop.tell(shop.provider.refund_webhook(paid)).status_code == 200
            shop.reconcile()

        (refund,) = Refund.objects.all()
        assert (refund.amount_minor, shop.payment.state) == (100, "partially_refunded")
        assert broken_laws() == []

    def test_our_own_refund_and_its_event_count_once(self, shop: Shop, paid: str) -> None:
        shop.refund(paid, "2500.00")

        assert shop.tell(shop.provider.refund_webhook(paid)).status_code == 200
        shop.reconcile()

        assert Refund.objects.count() == 1
        assert shop.payment.state == "partially_refunded"


class LateRefundContract(RefundContract):
    """Refunds that a provider takes on and that fail days later."""

    def test_a_refund_that_fails_days_later_is_taken_back(self, shop: Shop, paid: str) -> None:
        shop.refund(paid)
        shop.provider.fail_refunds(paid)
        assert shop.tell(shop.provider.refund_webhook(paid)).status_code == 200
        shop.reconcile()

        assert (shop.payment.state, shop.payment.review_reason) == ("paid", "refund_failed")
        assert Refund.objects.get().state == "failed"
        shop.refund(paid)
        assert (shop.payment.state, shop.payment.needs_review) == ("refunded", False)


class RefundFaultContract(RefundContract):
    """Refunds by a provider that is broken."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_refund_is_never_made_twice_whatever_happens_to_its_answer(
        self, shop: Shop, paid: str, fault: str
    ) -> None:
        shop.provider.faults[shop.provider.paths["refund"]] = fault
        for _time in range(2):
            is_refused = _time or fault in {"401", "429"}
            with pytest.raises((RefundRefused, GatewayUnavailable)) if is_refused else _nothing():
                shop.refund(paid)
        shop.provider.faults.clear()
        Refund.objects.update(created_at=timezone.now() - timedelta(minutes=10))

        shop.reconcile()
        if shop.payment.state != "refunded":
            shop.refund(paid)

        assert shop.payment.state == "refunded"
        assert shop.provider.refunded(paid) == shop.payment.amount_minor
        assert broken_laws() == []


def broken_laws() -> list[str]:
    """Return what the books of payments and orders say that cannot be."""
    return [text for name in ("orders", "payments") for text in laws.LAWS[name]() if "booked" not in text]


def _path(rest: str) -> str:
    return get_settings().PAYMENTS_PATH + rest


def _client(user: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user, 'access')}")
    return client


def _at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    outcomes = storm(calls)
    assert outcomes.errors == []
    return outcomes.values


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _away(provider: Any) -> Iterator[None]:
    """Let every call to the provider fail, where it is called at all."""
    provider.faults.update(dict.fromkeys(provider.paths.values(), "reset"))
    yield
    provider.faults.clear()


def _count(told: Counter[str], name: str, **_: Any) -> None:
    told.update([name])


@contextmanager
def _counted(**signals: Signal) -> Iterator[Counter[str]]:
    """Count how often each signal is sent."""
    told: Counter[str] = Counter()
    for name, signal in signals.items():
        signal.connect(partial(_count, told, name), weak=False, dispatch_uid=f"contract {name}")
    try:
        yield told
    finally:
        for name, signal in signals.items():
            signal.disconnect(dispatch_uid=f"contract {name}")
