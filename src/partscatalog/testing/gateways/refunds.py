"""Money given back: in parts, at once, at the provider's desk, late, and never twice."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.utils import timezone

from partscatalog.exceptions import GatewayUnavailable, RefundRefused
from partscatalog.orders.models import OrderEvent
from partscatalog.payments.models import Refund
from partscatalog.payments.signals import payment_refunded
from partscatalog.testing.gateways.shop import Contract, Shop, broken_laws, counted
from partscatalog.testing.server import FAULTS
from partscatalog.testing.storms import storm


class RefundContract(Contract):
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
        with counted(refunded=payment_refunded) as told:
            outcomes = storm([lambda: shop.refund(paid)] * 4)

        assert [type(error) for error in outcomes.errors] == [RefundRefused] * 3
        # By the shop itself: the provider was asked for one.
        assert Refund.objects.count() == 1
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

    @pytest.mark.parametrize("is_asked", [False, True], ids=["told", "asked between"])
    @pytest.mark.parametrize("part", [1, 2], ids=["whole", "half"])
    def test_a_refund_that_is_told_before_the_money_counts_once(
        self, shop: Shop, reference: str, part: int, *, is_asked: bool
    ) -> None:
        shop.provider.pay(reference)
        paid = shop.provider.webhook(reference)
        units = shop.payment.amount_minor // part
        shop.provider.refund(reference, units)

        assert shop.tell(shop.provider.refund_webhook(reference)).status_code == 200
        if is_asked:
            shop.reconcile()
        assert shop.tell(paid).status_code == 200
        shop.reconcile()

        assert Refund.objects.get().amount_minor == units
        whole = ("refunded", "refunded")
        assert (shop.payment.state, shop.status) == (whole if part == 1 else ("partially_refunded", "paid"))
        assert OrderEvent.objects.filter(from_status="pending", to_status="paid").count() == 1
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
            with pytest.raises((RefundRefused, GatewayUnavailable)) if is_refused else nullcontext():
                shop.refund(paid)
        shop.provider.faults.clear()
        Refund.objects.update(created_at=timezone.now() - timedelta(minutes=10))

        shop.reconcile()
        if shop.payment.state != "refunded":
            shop.refund(paid)

        assert shop.payment.state == "refunded"
        assert shop.provider.refunded(paid) == shop.payment.amount_minor
        assert broken_laws() == []
