"""Money given back: by staff, at the provider's desk, at once, lost on the way, and come back later."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from partscatalog import laws
from partscatalog.catalog.models import StockMovement
from partscatalog.exceptions import GatewayUnavailable, IdempotencyMismatch, InvalidField, RefundRefused
from partscatalog.orders.models import OrderEvent
from partscatalog.orders.services import moving
from partscatalog.orders.services.idempotency import Key
from partscatalog.orders.states import Party, Status
from partscatalog.payments.models import Payment, PaymentEvent, Refund
from partscatalog.payments.services import refunding
from partscatalog.payments.services.reconciling import reconcile
from partscatalog.payments.services.refunding import RefundOrder, refund_payment
from partscatalog.payments.signals import payment_needs_review, payment_refunded
from partscatalog.testing.storms import meeting, storm
from tests.payments.conftest import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

#: So long after its beginning it is known that a refund which is not there was never made.
OVER = {"seconds": 2 * TIMEOUT + 1}


@pytest.fixture
def order(placed):
    """The buyer's order of 7500.00 NGN, with its three pieces taken from the stock."""
    return placed


@pytest.fixture
def payment(shop_with_paystack, shopper, order) -> Payment:
    """The payment that has paid the order."""
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    tell(*shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference)))
    shop_with_paystack.calls.clear()
    return Payment.objects.get()


@pytest.fixture
def refund(payment, clerk):
    """Give money of the payment back, all of it if no amount is said."""

    def ask(amount: str | None = None, **wanted) -> Refund:
        units = None if amount is None else Decimal(amount)
        return refund_payment(RefundOrder(payment=payment, actor=clerk, amount=units, **wanted))

    return ask


@pytest.fixture
def told() -> Iterator[Counter[str]]:
    """The signals that hosts get, by name, counted."""
    counted: Counter[str] = Counter()
    signals = {"refunded": payment_refunded, "needs review": payment_needs_review}
    for name, signal in signals.items():
        signal.connect(lambda name=name, **_: counted.update([name]), weak=False, dispatch_uid=f"test {name}")
    yield counted
    for name, signal in signals.items():
        signal.disconnect(dispatch_uid=f"test {name}")


def tell(body: bytes, headers: dict[str, str]) -> None:
    response = Client().post(
        "/api/payments/webhooks/paystack/", body, content_type="application/json", headers=headers
    )
    assert (response.status_code, response.json()) == (200, {"received": True})


def states() -> tuple[str, list[str]]:
    """The state of the payment, and those of its refunds."""
    return Payment.objects.get().state, list(Refund.objects.order_by("pk").values_list("state", flat=True))


def made(paystack) -> list[int]:
    """What Paystack has given back, in the order in which it was asked."""
    return [refund["amount"] for refund in reversed(paystack.refunds) if refund["status"] != "failed"]


def posts(paystack) -> int:
    return sum((call.method, call.path) == ("POST", "/refund") for call in paystack.calls)


def assert_books_balance() -> None:
    assert [text for broken in laws.LAWS.values() for text in broken()] == []


def test_a_part_too_much_the_rest_and_one_more(shop_with_paystack, refund, order):
    part = refund("2500.00")
    assert (part.amount, part.amount_minor, part.state) == (Decimal("2500.00"), 250_000, "pending")
    assert states() == ("partially_refunded", ["pending"])
    with pytest.raises(RefundRefused):
        refund("5000.01")
    rest = refund()
    with pytest.raises(RefundRefused):
        refund("0.01")
    with pytest.raises(RefundRefused):
        refund()

    order.refresh_from_db()
    assert (rest.amount_minor, order.status) == (500_000, "refunded")
    assert states() == ("refunded", ["pending", "pending"])
    assert made(shop_with_paystack) == [250_000, 500_000]
    assert posts(shop_with_paystack) == 2
    assert_books_balance()


@pytest.mark.parametrize(("amount", "error"), [("0.00", InvalidField), ("-1.00", RefundRefused)])
def test_no_amount_of_nothing_or_less_is_given_back(shop_with_paystack, refund, amount, error):
    with pytest.raises(error):
        refund(amount)

    assert (Refund.objects.count(), shop_with_paystack.calls) == (0, [])


def test_a_fraction_of_the_smallest_unit_is_not_given_back(shop_with_paystack, refund):
    """T-MONEY-4"""
    with pytest.raises(InvalidField):
        refund("10.005")

    assert (Refund.objects.count(), shop_with_paystack.calls) == (0, [])


def test_a_part_is_told_in_the_orders_history_and_leaves_its_state(refund, order, clerk):
    refund("2500.00")

    order.refresh_from_db()
    entry = OrderEvent.objects.latest("pk")
    assert (entry.from_status, entry.to_status, entry.by) == ("paid", "paid", "staff")
    assert entry.reason == "2500.00 NGN"
    assert order.status == "paid"


@pytest.mark.parametrize(("restock", "stock", "returned"), [(True, 5, 3), (False, 2, 0)])
def test_a_full_refund_moves_the_order_and_returns_the_stock_where_asked(
    refund, order, clerk, restock, stock, returned
):
    refund(restock=restock)

    order.refresh_from_db()
    product = order.lines.get().product
    movements = StockMovement.objects.filter(order_id=order.pk, delta__gt=0)
    assert (order.status, product.stock) == ("refunded", stock)
    assert [(move.delta, move.actor) for move in movements] == ([(returned, clerk)] if returned else [])
    assert OrderEvent.objects.filter(from_status="paid", to_status="refunded", by="staff").count() == 1
    assert_books_balance()


def test_the_rest_may_return_the_stock_after_a_part(refund, order):
    refund("2500.00")

    refund(restock=True)

    order.refresh_from_db()
    assert (order.status, order.lines.get().product.stock) == ("refunded", 5)
    assert_books_balance()


@pytest.mark.parametrize("amount", ["2500.00", "7499.99"])
def test_a_part_returns_no_stock(shop_with_paystack, refund, amount):
    with pytest.raises(InvalidField):
        refund(amount, restock=True)

    assert (Refund.objects.count(), shop_with_paystack.calls) == (0, [])


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_order_that_went_on_may_be_refunded(refund, order, steps):
    for status in (Status.PROCESSING, Status.SHIPPED, Status.DELIVERED)[:steps]:
        moving.move(order=order, to=status, by=Party.STAFF)

    refund(restock=True)

    order.refresh_from_db()
    assert order.status == "refunded"
    assert_books_balance()


def test_hosts_are_told_once_of_each_refund(
    shop_with_paystack, refund, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        refund("2500.00")
        shop_with_paystack.settle(shop_with_paystack.refunds[0], "processed")
        for _time in range(2):
            tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refunds[0]))
            reconcile()

    assert states() == ("partially_refunded", ["succeeded"])
    assert told == {"refunded": 1}


@pytest.mark.parametrize("fault", ["401", "429"])
def test_a_refund_that_paystack_refuses_was_not_made_and_may_be_asked_again(
    shop_with_paystack, refund, fault, told
):
    shop_with_paystack.faults["POST /refund"] = fault
    with pytest.raises(RefundRefused):
        refund()
    assert states() == ("paid", ["failed"])
    shop_with_paystack.faults.clear()

    refund()

    assert states() == ("refunded", ["failed", "pending"])
    assert made(shop_with_paystack) == [750_000]


def test_a_refund_whose_answer_is_lost_is_found_and_not_made_twice(shop_with_paystack, refund, order, later):
    shop_with_paystack.faults["POST /refund"] = "lost"
    lost = refund(restock=True)
    shop_with_paystack.faults.clear()
    order.refresh_from_db()
    assert (lost.state, order.status) == ("unknown", "paid")
    with pytest.raises(RefundRefused):
        refund("0.01")

    with later(**OVER):
        assert reconcile(ignore_schedule=True) == 1

    order.refresh_from_db()
    assert states() == ("refunded", ["pending"])
    assert (order.status, order.lines.get().product.stock) == ("refunded", 5)
    assert made(shop_with_paystack) == [750_000]
    assert_books_balance()


def test_staff_who_ask_again_after_a_lost_answer_give_nothing_back_twice(shop_with_paystack, refund):
    """The next request itself asks what became of the first."""
    shop_with_paystack.faults["POST /refund"] = "lost"
    refund("5000.00")
    shop_with_paystack.faults.clear()

    with pytest.raises(RefundRefused):
        refund("5000.00")

    assert states() == ("partially_refunded", ["pending"])
    assert made(shop_with_paystack) == [500_000]


def test_a_refund_that_was_lost_and_not_made_has_failed_after_the_bound(shop_with_paystack, refund, later):
    shop_with_paystack.faults["POST /refund"] = "reset"
    lost = refund()
    shop_with_paystack.faults.clear()
    reconcile(ignore_schedule=True)
    assert (lost.state, *states()) == ("unknown", "paid", ["unknown"])
    with pytest.raises(RefundRefused):
        refund()

    with later(**OVER):
        reconcile(ignore_schedule=True)
        assert states() == ("paid", ["failed"])
        refund()

    assert states() == ("refunded", ["failed", "pending"])
    assert made(shop_with_paystack) == [750_000]


def test_a_worker_killed_in_the_middle_of_a_refund_leaves_it_to_the_next(
    shop_with_paystack, refund, later, monkeypatch
):
    with monkeypatch.context() as killed:
        killed.setattr(refunding, "apply_refunds", interrupt)
        with pytest.raises(KeyboardInterrupt):
            refund("2500.00")
    assert states() == ("paid", ["created"])

    with later(**OVER):
        reconcile()

    assert states() == ("partially_refunded", ["pending"])
    assert made(shop_with_paystack) == [250_000]


def interrupt(**_) -> None:
    raise KeyboardInterrupt


def test_while_paystack_does_not_answer_nothing_is_taken_for_failed(shop_with_paystack, refund, later):
    shop_with_paystack.faults["POST /refund"] = "lost"
    refund()
    shop_with_paystack.faults = {"/refund": "500"}

    with later(**OVER):
        assert reconcile(ignore_schedule=True) == 0
        with pytest.raises(GatewayUnavailable):
            refund()

    assert states() == ("paid", ["unknown"])


@pytest.mark.django_db(transaction=True)
def test_four_full_refunds_at_once_are_one(shop_with_paystack, refund, order, told):
    """T-RACE: real threads, real connections."""
    outcomes = storm([refund] * 4)

    order.refresh_from_db()
    assert [type(error) for error in outcomes.errors] == [RefundRefused] * 3
    assert made(shop_with_paystack) == [750_000]
    assert posts(shop_with_paystack) == 1
    assert states() == ("refunded", ["pending"])
    assert (order.status, told) == ("refunded", {"refunded": 1})
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
def test_parts_at_once_never_give_back_more_than_was_paid(shop_with_paystack, refund):
    outcomes = storm([lambda: refund("2000.00")] * 6)

    assert [type(error) for error in outcomes.errors] == [RefundRefused] * 3
    assert made(shop_with_paystack) == [200_000] * 3
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
def test_twins_with_one_key_at_once_are_one_refund(shop_with_paystack, refund, clerk):
    """T-IDEM-2: the twin gets the first one's refund, were nothing left for another."""
    key = Key.of(clerk, "K", {})

    with meeting(refunding, "_earlier", parties=2, patience=0.5):
        outcomes = storm([lambda: refund(key=key)] * 2)

    assert outcomes.errors == []
    assert {twin.pk for twin in outcomes.values} == {Refund.objects.get().pk}
    assert made(shop_with_paystack) == [750_000]


@pytest.mark.django_db(transaction=True)
def test_reconciles_at_once_count_a_dashboard_refund_once(shop_with_paystack, payment, told):
    tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refund_at_the_desk(payment.reference, 100)))

    outcomes = storm([lambda: reconcile(ignore_schedule=True)] * 4)

    assert outcomes.errors == []
    assert states() == ("partially_refunded", ["pending"])
    assert told == {"refunded": 1}
    assert_books_balance()


def test_a_dashboard_refund_that_is_told_three_times_counts_once(shop_with_paystack, payment, order):
    desk = shop_with_paystack.refund_at_the_desk(payment.reference, 100_000)
    for status in ("pending", "processing", "processed"):
        shop_with_paystack.settle(desk, status)
        tell(*shop_with_paystack.refund_webhook(desk))

    assert reconcile() == 1

    (refund,) = Refund.objects.all()
    assert (refund.amount_minor, refund.state, refund.requested_by) == (100_000, "succeeded", None)
    assert states()[0] == "partially_refunded"
    entry = OrderEvent.objects.latest("pk")
    assert (entry.from_status, entry.to_status, entry.by) == ("paid", "paid", "gateway")
    assert reconcile() == 0
    assert_books_balance()


def test_two_dashboard_refunds_that_are_told_in_the_same_words_are_both_seen(shop_with_paystack, payment):
    """Paystack names neither the refund nor the event: the bodies are equal to the last byte."""
    for _time in range(2):
        tell(
            *shop_with_paystack.refund_webhook(shop_with_paystack.refund_at_the_desk(payment.reference, 100))
        )
        reconcile()

    assert PaymentEvent.objects.filter(kind="refund.pending").count() == 1
    assert states() == ("partially_refunded", ["pending", "pending"])


def test_a_full_refund_in_the_dashboard_moves_the_order_and_keeps_the_stock(
    shop_with_paystack, payment, order
):
    tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refund_at_the_desk(payment.reference)))

    reconcile()

    order.refresh_from_db()
    assert (order.status, order.lines.get().product.stock) == ("refunded", 2)
    assert_books_balance()


def test_what_the_dashboard_gave_back_is_not_given_back_again(shop_with_paystack, payment, refund):
    """The event never came; Paystack refuses, and staff see why at the next look."""
    shop_with_paystack.refund_at_the_desk(payment.reference)

    with pytest.raises(RefundRefused):
        refund()
    reconcile(ignore_schedule=True)

    assert states() == ("refunded", ["failed", "pending"])
    assert made(shop_with_paystack) == [750_000]


def test_a_dashboard_refund_with_the_buyers_fees_breaks_no_law(shop_with_paystack, shopper, order):
    """What the buyer bore on top may be given back, too, by the provider's own desk."""
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    data = shop_with_paystack.pay(reference, amount=765_000)
    tell(*shop_with_paystack.webhook("charge.success", data))
    tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refund_at_the_desk(reference)))

    reconcile()

    assert Refund.objects.get().amount_minor == 765_000
    assert states()[0] == "refunded"
    assert_books_balance()


def test_our_own_refund_and_its_event_count_once(shop_with_paystack, refund):
    refund("2500.00")
    tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refunds[0]))

    reconcile()

    assert states() == ("partially_refunded", ["pending"])
    assert Refund.objects.get().provider_id == str(shop_with_paystack.refunds[0]["id"])


def test_a_refund_that_something_sent_twice_is_seen_as_two(shop_with_paystack, refund):
    """A proxy repeats the request: both refunds bear the key, and both have given money back."""
    answer = shop_with_paystack.reply

    def twice(call):
        if call.method == "POST":
            answer(call)
        return answer(call)

    shop_with_paystack.reply = twice
    refund("2500.00")

    reconcile(ignore_schedule=True)
    reconcile(ignore_schedule=True)

    assert made(shop_with_paystack) == [250_000, 250_000]
    assert states() == ("partially_refunded", ["pending", "pending"])
    with pytest.raises(RefundRefused):
        refund("2500.01")


def test_a_refund_that_fails_days_later_is_taken_back_and_may_be_made_again(
    shop_with_paystack, refund, order, later, told, django_capture_on_commit_callbacks
):
    refund()
    desk = shop_with_paystack.refunds[0]

    with django_capture_on_commit_callbacks(execute=True), later(days=5):
        shop_with_paystack.settle(desk, "failed")
        tell(*shop_with_paystack.refund_webhook(desk))
        reconcile()

    payment = Payment.objects.get()
    assert states() == ("paid", ["failed"])
    assert (payment.needs_review, payment.review_reason) == (True, "refund_failed")
    assert told == {"needs review": 1}
    assert_books_balance()

    refund()
    payment.refresh_from_db()
    assert states() == ("refunded", ["failed", "pending"])
    assert payment.needs_review is False
    assert made(shop_with_paystack) == [750_000]
    assert_books_balance()


def test_a_refund_that_fails_without_an_event_is_seen_by_asking(shop_with_paystack, refund, later):
    refund("2500.00")
    shop_with_paystack.settle(shop_with_paystack.refunds[0], "failed")

    with later(days=1):
        reconcile()

    assert states() == ("paid", ["failed"])
    assert Payment.objects.get().review_reason == "refund_failed"


@pytest.mark.parametrize("status", ["processing", "needs-attention"])
def test_a_refund_under_way_is_asked_about_until_it_has_ended(shop_with_paystack, refund, later, status):
    refund()
    shop_with_paystack.settle(shop_with_paystack.refunds[0], status)
    with later(days=2):
        reconcile()
    assert states() == ("refunded", ["pending"])
    shop_with_paystack.settle(shop_with_paystack.refunds[0], "processed")

    with later(days=4):
        reconcile()

    assert states() == ("refunded", ["succeeded"])
    with later(days=8):
        assert reconcile(ignore_schedule=True) == 0


def test_the_same_key_is_the_same_refund(shop_with_paystack, refund, clerk):
    key = Key.of(clerk, "K", {"amount": "2500.00"})

    first, again = (refund("2500.00", key=key) for _time in range(2))

    assert first == again
    assert made(shop_with_paystack) == [250_000]
    with pytest.raises(IdempotencyMismatch):
        refund("100.00", key=Key.of(clerk, "K", {"amount": "100.00"}))
    refund("2500.00", key=Key.of(clerk, "another", {"amount": "2500.00"}))
    assert made(shop_with_paystack) == [250_000, 250_000]


def test_a_repeated_key_asks_nobody_while_the_first_outcome_is_unknown(shop_with_paystack, refund, clerk):
    shop_with_paystack.faults["POST /refund"] = "lost"
    key = Key.of(clerk, "K", {})
    first = refund(key=key)
    shop_with_paystack.faults.clear()

    again = refund(key=key)

    assert (again.pk, again.state) == (first.pk, "unknown")
    assert posts(shop_with_paystack) == 1


def test_a_repeated_key_of_a_refused_refund_is_refused_again(shop_with_paystack, refund, clerk):
    shop_with_paystack.faults["POST /refund"] = "401"
    key = Key.of(clerk, "K", {})

    for _time in range(2):
        with pytest.raises(RefundRefused):
            refund(key=key)

    assert posts(shop_with_paystack) == 1


def test_a_dispute_is_recorded_and_flagged_and_the_order_stays(
    shop_with_paystack, payment, order, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        tell(*shop_with_paystack.dispute_webhook("create", payment.reference))
        tell(*shop_with_paystack.dispute_webhook("remind", payment.reference))

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.state, payment.needs_review, payment.review_reason) == ("disputed", True, "disputed")
    assert (order.status, told) == ("paid", {"needs review": 1})
    assert list(PaymentEvent.objects.values_list("kind", flat=True))[-1] == "charge.dispute.remind"
    assert_books_balance()


def test_a_dispute_that_is_won_leaves_the_payment_as_it_was(shop_with_paystack, payment, refund):
    refund("2500.00")
    tell(*shop_with_paystack.dispute_webhook("create", payment.reference))

    tell(*shop_with_paystack.dispute_webhook("resolve", payment.reference, resolution="declined"))

    payment.refresh_from_db()
    assert (payment.state, payment.needs_review) == ("partially_refunded", False)


def test_a_dispute_that_is_lost_has_the_refund_that_it_brings_counted(shop_with_paystack, payment, order):
    """T-PAY: Paystack gives the money back by a refund of its own."""
    tell(*shop_with_paystack.dispute_webhook("create", payment.reference))
    shop_with_paystack.refund_at_the_desk(payment.reference)
    tell(*shop_with_paystack.dispute_webhook("resolve", payment.reference, resolution="auto-accepted"))

    reconcile()

    order.refresh_from_db()
    assert states() == ("disputed", ["pending"])
    assert (Payment.objects.get().needs_review, order.status) == (True, "refunded")
    assert_books_balance()


@pytest.mark.parametrize("is_told_first", [True, False])
def test_a_refund_that_is_told_before_its_payment_is_not_forgotten(
    shop_with_paystack, shopper, order, is_told_first
):
    """Events in reverse: the order must not stay paid with money that is back already."""
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    charge = shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference))
    tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refund_at_the_desk(reference)))
    if not is_told_first:
        reconcile()
        assert Payment.objects.get().state == "failed"

    tell(*charge)
    reconcile()

    order.refresh_from_db()
    assert (states(), order.status) == (("refunded", ["pending"]), "refunded")
    assert_books_balance()


@pytest.mark.parametrize("path", ["verify", "reconcile"])
def test_a_transaction_that_was_reversed_does_not_pay(shop_with_paystack, shopper, order, path):
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_paystack.pay(reference)
    shop_with_paystack.refund_at_the_desk(reference)

    if path == "verify":
        answer = shopper.get("/api/payments/verify/", {"reference": reference})
        assert (answer.status_code, answer.json()["code"]) == (400, "payment_failed")
    else:
        reconcile(ignore_schedule=True)

    order.refresh_from_db()
    assert (order.status, Payment.objects.get().state) == ("pending", "failed")


def test_money_that_never_paid_the_order_is_given_back_and_the_review_ends(
    shop_with_paystack, shopper, order, clerk
):
    references = []
    for _time in range(2):
        references.append(shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"])
        shop_with_paystack.transactions[references[-1]]["status"] = "failed"
        shopper.get("/api/payments/verify/", {"reference": references[-1]})
    for reference in references:
        tell(*shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference)))
    paid, twice = Payment.objects.order_by("pk")
    assert (paid.state, twice.needs_review, twice.review_reason) == ("paid", True, "paid_twice")

    refund_payment(RefundOrder(payment=twice, actor=clerk))

    twice.refresh_from_db()
    order.refresh_from_db()
    assert (twice.state, twice.needs_review, order.status) == ("refunded", False, "paid")
    assert (
        shop_with_paystack.refunds[0]["transaction"] == shop_with_paystack.transactions[references[1]]["id"]
    )
    assert_books_balance()


def test_a_dispute_won_about_money_that_never_paid_is_no_failure(shop_with_paystack, shopper, order, clerk):
    """Paid twice, given back, the refund failed, disputed, and won: none of it may break on the way."""
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    tell(*shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference, amount=100)))
    payment = Payment.objects.get()
    refund_payment(RefundOrder(payment=payment, actor=clerk))
    shop_with_paystack.settle(shop_with_paystack.refunds[0], "failed")
    tell(*shop_with_paystack.refund_webhook(shop_with_paystack.refunds[0]))
    reconcile()
    tell(*shop_with_paystack.dispute_webhook("create", reference))

    tell(*shop_with_paystack.dispute_webhook("resolve", reference, resolution="declined"))

    payment.refresh_from_db()
    assert (payment.has_paid, payment.needs_review, payment.review_reason) == (False, True, "refund_failed")
    assert_books_balance()
