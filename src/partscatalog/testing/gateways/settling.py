"""Money comes, or something else does: told or asked, first or last, once and for the right order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
from django.core import mail

from partscatalog.orders.models import Order
from partscatalog.orders.services import moving
from partscatalog.orders.signals import order_paid
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.signals import payment_succeeded
from partscatalog.testing.factories import make_user
from partscatalog.testing.gateways.shop import (
    Contract,
    Shop,
    at_once,
    client_of,
    counted,
    path,
    uncalled,
)
from partscatalog.testing.orders import make_order

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the buyer is answered about a payment that stands like this.
CODES = {"pending": "payment_pending", "failed": "payment_failed"}


class Settling(Contract):
    #: What the provider may say otherwise than it was asked, and the reason to review that it gives.
    misfits: ClassVar[Sequence[tuple[dict[str, Any], str]]]
    #: Each of the provider's own words for how a payment stands: is it paid, pending or failed?
    statuses: ClassVar[Sequence[tuple[str, str]]]

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

        with counted(order_paid=order_paid, payment_succeeded=payment_succeeded) as told:
            answers = at_once([lambda: shop.tell(webhook)] * 6 + [lambda: shop.verify(reference)] * 4)

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

    def test_each_status_means_what_it_says(
        self, shop: Shop, reference: str, statuses: tuple[str, str]
    ) -> None:
        status, meaning = statuses
        shop.provider.stand(reference, status)

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        if meaning == "paid":
            assert shop.verify(reference).status_code == 200
            shop.assert_paid_once()
            return
        shop.assert_unpaid()
        assert shop.verify(reference).json()["code"] == CODES[meaning]
        shop.assert_unpaid()
        assert shop.create().status_code == {"pending": 400, "failed": 200}[meaning]

    def test_a_status_that_nobody_knows_is_not_paid(self, shop: Shop, reference: str) -> None:
        shop.provider.stand(reference, "surprise")

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.verify(reference).json()["code"] == "payment_pending"
        shop.assert_unpaid()

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

    @pytest.mark.parametrize("way", ["told", "asked", "reconciled"])
    def test_money_that_does_not_fit_is_flagged(
        self, shop: Shop, reference: str, misfits: tuple[dict[str, Any], str], way: str
    ) -> None:
        differences, reason = misfits
        shop.provider.pay(reference, **differences)

        if way == "told":
            assert shop.tell(shop.provider.webhook(reference)).status_code == 200
            shop.assert_unpaid()
        if way == "reconciled":
            shop.reconcile()
        # Of money under another name the webhook may not tell whose it is.
        if way != "told" or reason == "reference":
            assert shop.verify(reference).json()["code"] == "payment_in_review"

        assert (shop.payment.needs_review, shop.payment.review_reason) == (True, reason)
        shop.assert_unpaid()
        again = shop.create()
        assert (again.status_code, again.json()["authorization_url"]) == (400, None)

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
        stranger = client_of(make_user())

        with uncalled(self.backend):
            answer = stranger.get(path("verify/"), {"reference": reference})

        assert answer.status_code == 404
        shop.assert_unpaid()

    @pytest.mark.parametrize("step", [(moving, "mark_paid"), (Payment, "save")], ids=["order", "payment"])
    @pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
    def test_a_crash_while_applying_leaves_nothing_and_the_next_try_heals(
        self, shop: Shop, reference: str, step: tuple[Any, str], *, is_done: bool
    ) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        owner, name = step
        carry_out = getattr(owner, name)

        def crash(*args: Any, **kwargs: Any) -> None:
            if is_done:
                carry_out(*args, **kwargs)
            raise ZeroDivisionError

        with patch.object(owner, name, crash):
            assert shop.tell(webhook).status_code == 500
        assert not PaymentEvent.objects.exists()
        assert shop.payment.state == "open"
        shop.assert_unpaid()

        assert shop.tell(webhook).status_code == 200
        shop.assert_paid_once()
