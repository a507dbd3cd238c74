"""A provider that is broken, or lies, while a payment is begun or asked about."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from partscatalog.payments.models import Payment
from partscatalog.testing.gateways.shop import Contract, Shop, at_once
from partscatalog.testing.server import FAULTS

#: Answers to a start that name no page, or speak of another payment.
LIES: dict[str, dict[str, Any]] = {
    "no page": {"url": None},
    "an empty page": {"url": ""},
    "a page that is no text": {"url": 7},
    "a page of this shop": {"url": "/pay"},
    "a page of a program": {"url": "javascript:alert(1)"},
    "a page of another protocol": {"url": "ftp://pay.example.com/"},
    "a page with a break": {"url": "https://pay.example.com/\r\nX-Evil: 1"},
    "no reference": {"reference": None},
    "another reference": {"reference": "ORD_1_of_somebody_else"},
}


class FaultContract(Contract):
    """A provider that is broken in every way that a network and a server can be."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_start_that_fails_leaves_the_order_payable(self, shop: Shop, fault: str) -> None:
        shop.provider.faults[shop.provider.paths["start"]] = fault
        before = timezone.now()
        self._assert_failed(shop)

        assert timezone.now() - before < timedelta(seconds=10)
        shop.provider.faults.clear()
        self._assert_payable(shop)

    @pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
    def test_an_answer_to_a_start_that_lies_is_refused(self, shop: Shop, lie: dict[str, Any]) -> None:
        shop.provider.answer_starts(**lie)
        self._assert_failed(shop)

        shop.provider.answer_starts()
        self._assert_payable(shop)

    @pytest.mark.django_db(transaction=True)
    def test_eight_starts_after_a_lost_answer_open_one_page(self, shop: Shop) -> None:
        shop.provider.faults[shop.provider.paths["start"]] = "lost"
        assert shop.create().status_code == 500
        shop.provider.faults.clear()

        answers = at_once([shop.create] * 8)

        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}
        assert Payment.objects.filter(state="open").count() == 1
        # One that cannot be ended stays at the provider, and nobody was ever told its page.
        assert Payment.objects.exclude(authorization_url="").count() == 1
        assert shop.provider.payable() == 1 or not shop.provider.can_close

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

    def _assert_failed(self, shop: Shop) -> None:
        answer = shop.create()
        failure = {"detail": "Payment gateway error", "code": "gateway_error"}
        assert (answer.status_code, answer.json()) == (500, failure)
        assert shop.payment.authorization_url == ""
        shop.assert_unpaid()

    def _assert_payable(self, shop: Shop) -> None:
        reference = shop.begin()
        shop.provider.pay(reference)
        assert shop.verify(reference).status_code == 200
        shop.assert_paid_once()
