"""What is told of money before its payment is known by the provider's name for it is not lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from partscatalog.payments.models import EarlyEvent, Payment, PaymentEvent
from partscatalog.payments.services import early
from partscatalog.payments.services.reconciling import reconcile
from partscatalog.testing.storms import storm
from tests.payments.conftest import make_payment
from tests.payments.test_webhooks import post, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(shop_with_stripe, shopper, order) -> str:
    """A payment that the buyer has made and of which no webhook has told."""
    started: str = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_stripe.pay(started)
    return started


@pytest.fixture
def say(api, shop_with_stripe):
    """Send an event of Stripe's; it is content."""

    def send(kind, thing, *, alias="stripe", **kwargs):
        body, headers = shop_with_stripe.webhook(kind, thing, **kwargs)
        assert post(api, body, headers, url=f"/api/payments/webhooks/{alias}/").status_code == 200

    return send


def complete(say, shop, reference) -> None:
    say("checkout.session.completed", shop.session(reference), id="evt_completed")


def find(say, shop, reference) -> None:
    reconcile(ignore_schedule=True)


@pytest.mark.parametrize("known_by", [complete, find])
def test_a_dispute_that_is_told_first_is_followed_when_the_money_is_known(
    shop_with_stripe, reference, say, known_by, order
):
    dispute = shop_with_stripe.dispute(reference, "needs_response")
    say("charge.dispute.created", dispute, id="evt_dispute")
    assert PaymentEvent.objects.count() == 0

    known_by(say, shop_with_stripe, reference)

    payment = Payment.objects.get()
    order.refresh_from_db()
    assert (payment.state, payment.review_reason, payment.needs_review) == ("disputed", "disputed", True)
    assert order.status == "paid"
    assert payment.events.get(kind="charge.dispute.created").body["id"] == dispute["id"]
    assert EarlyEvent.objects.count() == 0


@pytest.mark.parametrize("known_by", [complete, find])
@pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "charge.refunded"])
def test_a_refund_that_is_told_first_is_counted_once_the_money_is_known(
    shop_with_stripe, reference, say, known_by, kind
):
    refund = shop_with_stripe.refund_in_dashboard(reference, 250_000)
    say(kind, {**refund, "metadata": {}}, id="evt_refund")

    known_by(say, shop_with_stripe, reference)
    reconcile()

    payment = Payment.objects.get()
    assert payment.state == "partially_refunded"
    assert [given_back.amount_minor for given_back in payment.refunds.all()] == [250_000]


def test_what_is_told_early_and_again_afterwards_counts_once(shop_with_stripe, reference, say):
    dispute = shop_with_stripe.dispute(reference, "needs_response")
    for _time in range(2):
        say("charge.dispute.created", dispute, id="evt_dispute")
    assert EarlyEvent.objects.count() == 1

    complete(say, shop_with_stripe, reference)
    say("charge.dispute.created", dispute, id="evt_dispute")

    assert PaymentEvent.objects.filter(kind="charge.dispute.created").count() == 1


def test_early_words_count_in_their_order(shop_with_stripe, reference, say):
    for kind, status in (("created", "needs_response"), ("closed", "won")):
        say(f"charge.dispute.{kind}", shop_with_stripe.dispute(reference, status), id=f"evt_{kind}")

    complete(say, shop_with_stripe, reference)

    payment = Payment.objects.get()
    assert (payment.state, payment.needs_review) == ("paid", False)


def test_a_word_that_came_while_its_payment_became_known_is_found_by_reconcile(
    shop_with_stripe, reference, say, monkeypatch
):
    """Neither of two transactions sees what the other has not committed."""
    say("charge.dispute.created", shop_with_stripe.dispute(reference, "needs_response"), id="evt_dispute")
    with monkeypatch.context() as unseen:
        unseen.setattr(early, "take", lambda payment: iter(()))
        complete(say, shop_with_stripe, reference)
    assert Payment.objects.get().state == "paid"

    reconcile()

    assert Payment.objects.get().state == "disputed"
    assert EarlyEvent.objects.count() == 0


def test_another_accounts_money_is_not_ours(shop_with_stripe, reference, say):
    dispute = shop_with_stripe.dispute(reference, "needs_response")
    say("charge.dispute.created", dispute, alias="other", id="evt_dispute")

    complete(say, shop_with_stripe, reference)
    reconcile()

    assert Payment.objects.get().state == "paid"
    assert EarlyEvent.objects.get().gateway == "other"


def test_money_that_names_a_foreign_reference_and_events_of_no_money_leave_nothing(
    shop_with_stripe, reference, say
):
    refund = shop_with_stripe.refund_in_dashboard(reference, 100)
    say("refund.created", {**refund, "metadata": {"reference": "theirs-1"}}, id="evt_theirs")
    say("charge.dispute.created", {"object": "dispute", "status": "lost"}, id="evt_nobodys")
    say("customer.created", {"object": "customer", "payment_intent": refund["payment_intent"]}, id="evt_3")

    assert (EarlyEvent.objects.count(), PaymentEvent.objects.count()) == (0, 0)


def test_what_stays_nobodys_is_forgotten_after_a_month(shop_with_stripe, reference, say):
    say("charge.dispute.created", shop_with_stripe.dispute(reference, "lost"), id="evt_dispute")
    EarlyEvent.objects.update(at=timezone.now() - timedelta(days=29))
    reconcile(ignore_schedule=False)
    assert EarlyEvent.objects.count() == 1
    EarlyEvent.objects.update(at=timezone.now() - timedelta(days=31))

    reconcile()

    assert EarlyEvent.objects.count() == 0


def test_paystack_tells_early_too(api, shop_with_paystack, shopper, order):
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    paid = shop_with_paystack.pay(reference)
    dispute = {"id": 1, "transaction": paid["id"], "status": "awaiting-merchant-feedback"}
    tell(api, shop_with_paystack, dispute, event="charge.dispute.create")

    tell(api, shop_with_paystack, paid)

    assert Payment.objects.get().state == "disputed"


def test_two_kinds_of_money_that_differ_by_case_are_two(order):
    payment = make_payment(order, state="open", provider_id="pi_a")
    fields = {"gateway": "paystack", "kind": "x", "dispute": "opened"}
    EarlyEvent.objects.create(provider_id="pi_A", digest="1" * 64, **fields)
    EarlyEvent.objects.create(provider_id="pi_a", digest="2" * 64, **fields)

    assert [report.digest for report in early.take(payment)] == ["2" * 64]


@pytest.mark.django_db(transaction=True)
def test_a_dispute_and_its_money_at_once_lose_neither(api, shop_with_stripe, reference):
    completed = shop_with_stripe.webhook("checkout.session.completed", shop_with_stripe.session(reference))
    dispute = shop_with_stripe.dispute(reference, "needs_response")
    disputed = shop_with_stripe.webhook("charge.dispute.created", dispute, id="evt_dispute")

    def sent(webhook):
        body, headers = webhook
        return lambda: post(api, body, headers, url="/api/payments/webhooks/stripe/").status_code

    outcomes = storm([*map(sent, [completed, disputed] * 2), lambda: reconcile(ignore_schedule=True)])
    reconcile()

    payment = Payment.objects.get()
    assert outcomes.errors == []
    assert (payment.state, payment.needs_review, EarlyEvent.objects.count()) == ("disputed", True, 0)
    assert payment.events.filter(kind="charge.dispute.created").count() == 1
