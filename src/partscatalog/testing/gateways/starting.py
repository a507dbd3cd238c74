"""Begin to pay: once, for what can be paid, in the provider's units."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
from django.utils import timezone

from partscatalog.conf import swap
from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment
from partscatalog.testing.gateways.shop import Contract, Shop, at_once, uncalled
from partscatalog.testing.orders import make_order
from partscatalog.testing.storms import storm

if TYPE_CHECKING:
    from collections.abc import Sequence


class Starting(Contract):
    #: Amounts, their currency, and the minor units that they are; None for one that must be refused.
    amounts: ClassVar[Sequence[tuple[str, str, int | None]]]

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
        answers = at_once([shop.create] * 8)

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

        with uncalled(self.backend):
            response = shop.create()

        assert (response.status_code, response.json()["code"]) == (400, code)
        assert shop.provider.payable() == 0

    def test_an_amount_is_in_the_providers_units_and_never_rounded(
        self, shop: Shop, amounts: tuple[str, str, int | None]
    ) -> None:
        total, currency, units = amounts
        order = make_order(shop.buyer, total, currency=currency)

        answer = shop.create(order)

        if units is None:
            assert (answer.status_code, answer.json()["code"]) == (500, "gateway_error")
            assert (shop.provider.payable(), Payment.objects.count()) == (0, 0)
        else:
            assert shop.provider.asked(answer.json()["reference"]) == (units, currency)

    @pytest.mark.django_db(transaction=True)
    def test_a_webhook_while_the_start_still_runs_pays(self, shop: Shop) -> None:
        gateway = swap(self.backend)
        start = gateway.start
        told: list[Any] = []

        def told_before_it_answers(self: Any, request: Any) -> Any:
            started = start(self, request)
            shop.provider.pay(request.reference)
            webhook = shop.provider.webhook(request.reference)
            # In a thread: by a connection of its own, which sees only what is committed.
            told.extend(storm([lambda: shop.tell(webhook).status_code]).all)
            return started

        with patch.object(gateway, "start", told_before_it_answers):
            assert shop.create().status_code == 200

        assert told == [200]
        shop.assert_paid_once()

    def test_a_worker_killed_between_call_and_commit_is_reconciled(self, shop: Shop) -> None:
        gateway = swap(self.backend)
        start = gateway.start

        def killed_after_the_call(self: Any, request: Any) -> Any:
            start(self, request)
            raise SystemExit

        with patch.object(gateway, "start", killed_after_the_call), pytest.raises(SystemExit):
            shop.create()
        Payment.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        shop.provider.pay(shop.payment.reference)

        shop.reconcile()

        shop.assert_paid_once()
