"""What some providers have and others have not: slow methods, pages that end, fees, disputes."""

from __future__ import annotations

import pytest

from partscatalog.testing.gateways.shop import Contract, Shop


class SlowMethodContract(Contract):
    """Methods whose money comes later: complete is not paid."""

    def test_later_success_pays(self, shop: Shop, reference: str) -> None:
        shop.provider.slow(reference)
        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.verify(reference).json()["code"] == "payment_pending"
        shop.assert_unpaid()

        shop.provider.pay(reference)
        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        shop.assert_paid_once()

    @pytest.mark.parametrize("way", ["told", "asked", "reconciled"])
    def test_later_failure_allows_a_new_start_with_an_open_page(
        self, shop: Shop, reference: str, way: str
    ) -> None:
        shop.provider.slow(reference)
        shop.verify(reference)
        shop.provider.decline(reference)
        if way == "told":
            assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        if way == "reconciled":
            shop.reconcile()
        else:
            # Not every provider tells of a failure.
            assert shop.verify(reference).json()["code"] == "payment_failed"

        second = shop.begin()

        assert second != reference
        assert shop.payment.authorization_url
        shop.provider.pay(second)
        assert shop.verify(second).status_code == 200
        shop.assert_paid_once()


class ExpiryContract(Contract):
    """Pages that can be paid for a while only."""

    def test_an_expired_page_allows_a_new_start(self, shop: Shop, reference: str) -> None:
        shop.provider.expire(reference)

        assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        assert shop.verify(reference).json()["code"] == "payment_failed"
        assert shop.begin() != reference
        shop.assert_unpaid()


class FeeContract(Contract):
    """Fees that the buyer bears on top of the price."""

    @pytest.mark.parametrize("way", ["told", "asked"])
    def test_fees_on_top_are_no_misfit(self, shop: Shop, reference: str, way: str) -> None:
        shop.provider.pay(reference)
        shop.provider.add_fees(reference, 150)

        heard = shop.tell(shop.provider.webhook(reference)) if way == "told" else shop.verify(reference)

        assert heard.status_code == 200
        shop.assert_paid_once()
        assert shop.payment.received_minor == shop.payment.amount_minor

    @pytest.mark.parametrize("way", ["told", "asked"])
    def test_less_than_was_asked_for_is_a_misfit(self, shop: Shop, reference: str, way: str) -> None:
        shop.provider.pay(reference)
        shop.provider.add_fees(reference, -1)

        if way == "told":
            assert shop.tell(shop.provider.webhook(reference)).status_code == 200
        else:
            assert shop.verify(reference).json()["code"] == "payment_in_review"

        assert (shop.payment.needs_review, shop.payment.review_reason) == (True, "amount")
        shop.assert_unpaid()


class DisputeContract(Contract):
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

    @pytest.mark.parametrize("way", ["told", "asked"])
    @pytest.mark.parametrize(
        ("outcome", "state"), [(None, "disputed"), ("lost", "disputed"), ("won", "paid")]
    )
    def test_a_dispute_that_is_told_before_the_money_is_not_lost(
        self, shop: Shop, reference: str, outcome: str | None, state: str, way: str
    ) -> None:
        shop.provider.pay(reference)
        paid = shop.provider.webhook(reference)
        for news in filter(None, ["opened", outcome]):
            assert shop.tell(shop.provider.dispute_webhook(reference, news)).status_code == 200
        shop.assert_unpaid()

        heard = shop.tell(paid) if way == "told" else shop.verify(reference)

        assert heard.status_code == 200
        assert (shop.payment.state, shop.payment.needs_review) == (state, state == "disputed")
        if shop.payment.needs_review:
            assert shop.payment.review_reason == "disputed"
        shop.assert_paid_once()

    @pytest.mark.parametrize("outcome", ["won", "lost"])
    def test_a_dispute_whose_end_is_told_first_is_looked_at(
        self, shop: Shop, reference: str, outcome: str
    ) -> None:
        shop.provider.pay(reference)
        shop.tell(shop.provider.webhook(reference))
        opened = shop.provider.dispute_webhook(reference, "opened")

        assert shop.tell(shop.provider.dispute_webhook(reference, outcome)).status_code == 200
        assert shop.tell(opened).status_code == 200

        assert (shop.payment.state, shop.payment.needs_review) == ("disputed", True)
        shop.assert_paid_once()
