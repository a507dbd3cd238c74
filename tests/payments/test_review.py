"""Money that does not fit: what staff may decide about it, why not, and what the buyer is told then."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.exceptions import OutOfStock, PartsCatalogError, RefundRefused, ReviewRefused
from partscatalog.laws import LAWS
from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.orders.services import releasing
from partscatalog.orders.states import Party
from partscatalog.payments.gateways.base import Dispute, RefundStanding, RefundStatus, Standing, Status
from partscatalog.payments.models import Payment, PaymentEvent, Refund, SandboxRefund, SandboxTransaction
from partscatalog.payments.sandbox.gateway import SandboxGateway
from partscatalog.payments.services import reviewing
from partscatalog.payments.services.applying import apply
from partscatalog.payments.services.asking import ask
from partscatalog.payments.services.reconciling import reconcile
from partscatalog.payments.services.refunding import RefundOrder, refund_payment
from partscatalog.payments.services.reports import Report
from partscatalog.payments.services.returning import apply_refunds
from partscatalog.payments.signals import payment_needs_review, payment_succeeded
from partscatalog.payments.states import Review
from partscatalog.testing.storms import storm
from tests.payments.conftest import pay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db

LEFT_ON_THE_SHELF = 2


class Desk:
    """A buyer with an order of three pieces for 7500.00 NGN, and staff who decide about its money."""

    def __init__(self, shopper: Any, order: Order, clerk: Any) -> None:
        self.shopper, self.order, self.clerk = shopper, order, clerk

    def flagged(self, reason: str) -> Payment:
        """Let money come in that has to be reviewed for that reason."""
        payment: Payment = getattr(self, f"_{reason}")()
        payment.refresh_from_db()
        assert (payment.needs_review, payment.review_reason) == (True, reason)
        return payment

    def decide(self, decision: str, payment: Payment) -> None:
        if decision == "accept":
            reviewing.accept(payment=payment, actor=self.clerk)
        elif decision == "dismiss":
            reviewing.dismiss(payment=payment)
        else:
            refund_payment(RefundOrder(payment=payment, actor=self.clerk))

    def verify(self, payment: Payment) -> tuple[int, str]:
        return outcome(self.shopper.get("/api/payments/verify/", {"reference": payment.reference}))

    def create(self) -> tuple[int, str]:
        return outcome(self.shopper.post(f"/api/payments/create/{self.order.pk}/"))

    def product(self) -> Product:
        return Product.objects.get()

    def books(self) -> list[Any]:
        """Everything that a refusal must leave as it is."""
        tables: list[Any] = [
            Payment,
            PaymentEvent,
            Refund,
            SandboxRefund,
            Order,
            OrderEvent,
            Product,
            StockMovement,
        ]
        return [list(table.objects.order_by("pk").values()) for table in tables]

    def _started(self) -> Payment:
        """Begin to pay, and let the money be on its way."""
        return pay(self.shopper, self.order, "later")

    def _arrive(self, payment: Payment, **otherwise: Any) -> Payment:
        """Let the money arrive at the provider, and the shop ask."""
        books = SandboxTransaction.objects.filter(reference=payment.reference)
        books.update(status="paid", **{"paid_amount": F("amount"), **otherwise})
        self.verify(payment)
        return payment

    def _reference(self) -> Payment:
        payment = self._started()
        stranger = Status(reference="ORD_9_another", standing=Standing.PAID, amount=750_000, currency="NGN")
        return apply(payment=payment, report=report("paid", status=stranger))

    def _amount(self) -> Payment:
        return pay(self.shopper, self.order, "wrong_amount")

    def _currency(self) -> Payment:
        return self._arrive(self._started(), currency="GHS")

    def _mode(self) -> Payment:
        payment = self._started()
        Payment.objects.update(is_live=True)
        return self._arrive(payment)

    def _order_changed(self) -> Payment:
        payment = self._started()
        OrderLine.objects.update(price="2000.00")
        Order.objects.update(total_amount="6000.00")
        return self._arrive(payment)

    def _paid_twice(self) -> Payment:
        first = pay(self.shopper, self.order, "decline")
        pay(self.shopper, self.order)
        return self._arrive(first)

    def _order_cancelled(self) -> Payment:
        payment = self._started()
        releasing.cancel(order=self.order, by=Party.CUSTOMER)
        return self._arrive(payment)

    def _order_expired(self) -> Payment:
        payment = self._started()
        releasing.expire(order=self.order)
        return self._arrive(payment)

    def _disputed(self) -> Payment:
        payment = pay(self.shopper, self.order)
        return apply(payment=payment, report=report("dispute.opened", dispute=Dispute.OPENED))

    def _refund_failed(self) -> Payment:
        return self.refund_and_fail(pay(self.shopper, self.order))

    def refund_and_fail(self, payment: Payment) -> Payment:
        """Give the money back, and let the provider say days later that it failed."""
        refund = refund_payment(RefundOrder(payment=payment, actor=self.clerk))
        SandboxRefund.objects.all().delete()
        failed = RefundStatus(
            provider_id=str(refund.provider_id), standing=RefundStanding.FAILED, amount=refund.amount_minor
        )
        return apply_refunds(payment=payment, found=[failed])


def report(kind: str, **said: Any) -> Report:
    return Report(
        source=PaymentEvent.Source.WEBHOOK, kind=kind, digest=kind, body={}, **{"status": None, **said}
    )


def outcome(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


def broken_laws() -> list[str]:
    return [text for law in LAWS.values() for text in law()]


@pytest.fixture
def desk(shopper, placed, clerk) -> Desk:
    return Desk(shopper, placed, clerk)


@pytest.fixture
def told() -> Iterator[list[tuple[str, int]]]:
    """The signals that hosts get, with whose payment they are about."""
    heard: list[tuple[str, int]] = []
    signals = {"review": payment_needs_review, "succeeded": payment_succeeded}
    for name, signal in signals.items():
        signal.connect(
            lambda payment, name=name, **_: heard.append((name, payment.pk)), weak=False, dispatch_uid=name
        )
    yield heard
    for name, signal in signals.items():
        signal.disconnect(dispatch_uid=name)


#: While it waits: the payment's state, the order's, and what verify and create answer.
WAITING = {
    "reference": ("open", "pending", (400, "payment_in_review"), (400, "payment_already_initialized")),
    "amount": ("open", "pending", (400, "payment_in_review"), (400, "payment_already_initialized")),
    "currency": ("open", "pending", (400, "payment_in_review"), (400, "payment_already_initialized")),
    "mode": ("open", "pending", (400, "payment_in_review"), (400, "payment_already_initialized")),
    "order_changed": ("open", "pending", (400, "payment_in_review"), (400, "payment_already_initialized")),
    "paid_twice": ("failed", "paid", (400, "payment_in_review"), (400, "order_already_paid")),
    "order_cancelled": ("open", "cancelled", (400, "payment_in_review"), (400, "order_not_payable")),
    "order_expired": ("open", "expired", (400, "payment_in_review"), (400, "order_not_payable")),
    "disputed": ("disputed", "paid", (200, ""), (400, "order_already_paid")),
    "refund_failed": ("paid", "refunded", (200, ""), (400, "order_not_payable")),
}

PAID = ("paid", "paid", (200, ""), (400, "order_already_paid"))
#: What each decision comes to in the same terms; what is not here is refused.
DECIDED = {
    ("reference", "dismiss"): ("failed", "pending", (400, "payment_failed"), (200, "")),
    ("amount", "accept"): PAID,
    ("amount", "refund"): ("refunded", "pending", (400, "payment_failed"), (200, "")),
    ("currency", "accept"): PAID,
    ("currency", "refund"): ("refunded", "pending", (400, "payment_failed"), (200, "")),
    ("mode", "dismiss"): ("failed", "pending", (400, "payment_failed"), (200, "")),
    ("mode", "refund"): ("refunded", "pending", (400, "payment_failed"), (200, "")),
    ("order_changed", "accept"): PAID,
    ("order_changed", "refund"): ("refunded", "pending", (400, "payment_failed"), (200, "")),
    ("paid_twice", "refund"): ("refunded", "paid", (400, "payment_failed"), (400, "order_already_paid")),
    ("order_cancelled", "accept"): PAID,
    ("order_cancelled", "refund"): (
        "refunded",
        "cancelled",
        (400, "payment_failed"),
        (400, "order_not_payable"),
    ),
    ("order_expired", "accept"): PAID,
    ("order_expired", "refund"): ("refunded", "expired", (400, "payment_failed"), (400, "order_not_payable")),
    ("disputed", "dismiss"): ("disputed", "paid", (200, ""), (400, "order_already_paid")),
    ("refund_failed", "dismiss"): ("paid", "refunded", (200, ""), (400, "order_not_payable")),
    ("refund_failed", "refund"): ("refunded", "refunded", (200, ""), (400, "order_not_payable")),
}
#: The dispute of money that is given back goes on until staff dismiss it.
STILL_WAITING = {("disputed", "refund"): ("disputed", "refunded", (200, ""), (400, "order_not_payable"))}
DECISIONS = {**DECIDED, **STILL_WAITING}
REFUSED = [
    (reason, decision)
    for reason in Review.values
    for decision in ("accept", "dismiss", "refund")
    if (reason, decision) not in DECISIONS
]


def standing(desk: Desk, payment: Payment) -> tuple[str, str, tuple[int, str], tuple[int, str]]:
    payment.refresh_from_db()
    desk.order.refresh_from_db()
    return payment.state, desk.order.status, desk.verify(payment), desk.create()


@pytest.mark.parametrize("reason", Review.values)
def test_what_waits_for_staff_leaves_the_order_as_it_is(desk, reason):
    """T-PAY-14"""
    payment = desk.flagged(reason)

    assert standing(desk, payment) == WAITING[reason]
    assert broken_laws() == []


def test_nobody_is_sent_to_pay_twice_meanwhile(desk):
    payment = desk.flagged("amount")

    answer = desk.shopper.post(f"/api/payments/create/{desk.order.pk}/").json()

    assert (answer["reference"], answer["access_code"], answer["authorization_url"]) == (
        payment.reference,
        None,
        None,
    )


@pytest.mark.parametrize(("reason", "decision"), DECISIONS)
def test_what_staff_decide_is_carried_out(desk, reason, decision):
    payment = desk.flagged(reason)

    desk.decide(decision, payment)

    payment.refresh_from_db()
    assert payment.needs_review == ((reason, decision) in STILL_WAITING)
    assert (payment.accepted_at is not None) == (decision == "accept")
    assert SandboxRefund.objects.count() == (decision == "refund")
    assert broken_laws() == []
    assert standing(desk, payment) == DECISIONS[reason, decision]
    assert broken_laws() == []


@pytest.mark.parametrize(("reason", "decision"), REFUSED)
def test_what_does_not_go_with_the_reason_changes_nothing(desk, reason, decision):
    payment = desk.flagged(reason)
    before = desk.books()

    with pytest.raises(RefundRefused if decision == "refund" else ReviewRefused):
        desk.decide(decision, payment)

    assert desk.books() == before


@pytest.mark.parametrize(("reason", "decision"), DECIDED)
def test_what_is_decided_is_not_decided_again(desk, reason, decision):
    payment = desk.flagged(reason)
    desk.decide(decision, payment)
    before = desk.books()

    for again in ("accept", "dismiss"):
        with pytest.raises(ReviewRefused):
            desk.decide(again, payment)

    assert desk.books() == before


@pytest.mark.parametrize("decision", ["accept", "dismiss"])
@pytest.mark.parametrize("action", ["pay", "decline", "later"])
def test_money_that_does_not_wait_is_not_decided_about(desk, decision, action):
    payment = pay(desk.shopper, desk.order, action)
    before = desk.books()

    with pytest.raises(ReviewRefused):
        desk.decide(decision, payment)

    assert desk.books() == before


def test_a_refused_decision_says_what_to_do_instead(desk):
    payment = desk.flagged("paid_twice")

    with pytest.raises(ReviewRefused, match=r"Refund it: another payment has paid the order\."):
        desk.decide("accept", payment)


@pytest.mark.parametrize("reason", ["order_cancelled", "order_expired"])
def test_accepting_takes_the_stock_again(desk, reason):
    """T-ORDER-4"""
    payment = desk.flagged(reason)
    assert desk.product().stock == LEFT_ON_THE_SHELF + 3

    desk.decide("accept", payment)

    assert desk.product().stock == LEFT_ON_THE_SHELF
    moves = StockMovement.objects.order_by("pk").values_list("reason", "delta", "actor")
    assert list(moves)[-1] == ("sale", -3, desk.clerk.pk)


@pytest.mark.parametrize("reason", ["order_cancelled", "order_expired"])
def test_accepting_is_refused_when_the_stock_is_gone(desk, reason):
    """T-PAY-14"""
    payment = desk.flagged(reason)
    product = desk.product()
    Product.objects.update(stock=LEFT_ON_THE_SHELF)
    before = desk.books()

    with pytest.raises(OutOfStock) as refusal:
        desk.decide("accept", payment)

    assert desk.books() == before
    assert refusal.value.facts["items"] == [
        {"product": product.pk, "name": "Piston", "requested": 3, "available": LEFT_ON_THE_SHELF}
    ]
    desk.decide("refund", payment)
    assert desk.order.status in {"cancelled", "expired"}


def test_an_accepted_order_is_told_of_as_staffs_doing(desk):
    desk.decide("accept", desk.flagged("order_cancelled"))

    history = desk.shopper.get(f"/api/orders/orders/{desk.order.pk}/").json()["history"]
    assert [(each["from"], each["to"], each["by"]) for each in history][-1] == ("cancelled", "paid", "staff")


def test_an_order_that_was_cancelled_while_its_money_waited_takes_its_stock_again(desk):
    payment = desk.flagged("amount")
    releasing.cancel(order=desk.order, by=Party.CUSTOMER)

    desk.decide("accept", payment)

    assert standing(desk, payment) == PAID
    assert desk.product().stock == LEFT_ON_THE_SHELF
    assert broken_laws() == []


def test_money_that_waited_is_not_accepted_for_an_order_that_another_paid_meanwhile(desk):
    first = pay(desk.shopper, desk.order, "decline")
    waiting = desk.flagged("amount")
    desk._arrive(first)
    before = desk.books()

    with pytest.raises(ReviewRefused):
        desk.decide("accept", waiting)

    assert desk.books() == before
    desk.decide("refund", waiting)
    assert standing(desk, waiting)[:2] == ("refunded", "paid")
    assert broken_laws() == []


def test_money_of_which_a_part_was_given_back_is_accepted_as_that(desk):
    """Too much came in: the difference goes back, the rest pays the order."""
    payment = desk._arrive(desk._started(), paid_amount=800_000)
    refund_payment(RefundOrder(payment=payment, actor=desk.clerk, amount=Decimal(500)))

    desk.decide("accept", payment)

    assert standing(desk, payment) == ("partially_refunded", *PAID[1:])
    assert broken_laws() == []


@pytest.mark.parametrize("decision", ["dismiss", "refund"])
def test_money_that_paid_nothing_and_came_back_waits_again(desk, decision):
    payment = desk.refund_and_fail(desk.flagged("amount"))
    assert (payment.needs_review, payment.review_reason) == (True, "refund_failed")
    assert desk.create() == (400, "payment_already_initialized")
    with pytest.raises(ReviewRefused):
        desk.decide("accept", payment)

    desk.decide(decision, payment)

    payment.refresh_from_db()
    assert not payment.needs_review
    assert standing(desk, payment) == DECIDED["amount", "refund"]
    assert broken_laws() == []


def test_money_that_paid_nothing_returns_no_stock(desk):
    """The order is paid by another payment, and goes on."""
    payment = desk.flagged("paid_twice")
    before = desk.books()

    with pytest.raises(PartsCatalogError) as refusal:
        refund_payment(RefundOrder(payment=payment, actor=desk.clerk, restock=True))

    assert refusal.value.code == "invalid"
    assert desk.books() == before


def test_what_the_provider_says_again_does_not_reopen_a_decision(desk):
    payment = desk.flagged("amount")
    desk.decide("accept", payment)

    for _time in range(2):
        desk.verify(payment)
        reconcile(ignore_schedule=True)

    payment.refresh_from_db()
    assert (payment.state, payment.needs_review) == ("paid", False)


@pytest.mark.parametrize("standing_told", [Standing.PAID, Standing.FAILED, Standing.EXPIRED])
def test_while_it_waits_only_staff_move_it(desk, standing_told):
    payment = desk.flagged("amount")
    fitting = Status(
        reference=payment.reference, standing=standing_told, amount=750_000, currency="NGN", is_live=False
    )

    apply(payment=payment, report=report("another word", status=fitting))

    assert standing(desk, payment) == WAITING["amount"]


def test_the_first_reason_stays_when_another_comes(desk):
    payment = desk.flagged("amount")

    apply(payment=payment, report=report("dispute.opened", dispute=Dispute.OPENED))

    payment.refresh_from_db()
    assert (payment.needs_review, payment.review_reason) == (True, "amount")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reason", Review.values)
def test_hosts_are_told_once_that_money_waits(desk, told, reason):
    payment = desk.flagged(reason)
    for number in range(2):
        desk.verify(payment)
        reconcile(ignore_schedule=True)
        apply(payment=payment, report=report(f"dispute {number}", dispute=Dispute.OPENED))

    assert [pk for name, pk in told if name == "review"] == [payment.pk]


@pytest.mark.django_db(transaction=True)
def test_hosts_are_told_once_that_accepted_money_pays(desk, told):
    payment = desk.flagged("amount")

    desk.decide("accept", payment)
    desk.verify(payment)

    assert told == [("review", payment.pk), ("succeeded", payment.pk)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("reason", "decision"), [each for each in DECIDED if each[1] in {"accept", "dismiss"}]
)
def test_of_two_who_decide_at_once_one_wins(desk, reason, decision):
    payment = desk.flagged(reason)

    outcomes = at_once([lambda: desk.decide(decision, payment)] * 2)

    assert [type(error) for error in outcomes] == [ReviewRefused]
    assert standing(desk, payment) == DECIDED[reason, decision]
    assert desk.product().stock == LEFT_ON_THE_SHELF
    assert broken_laws() == []


@pytest.mark.django_db(transaction=True)
def test_accepting_and_giving_back_at_once_end_one_way_or_the_other(desk):
    payment = desk.flagged("amount")

    at_once([lambda: desk.decide("accept", payment), lambda: desk.decide("refund", payment)])

    state, status, _verify, _create = standing(desk, payment)
    assert (state, status) in {("refunded", "pending"), ("refunded", "refunded")}
    assert SandboxRefund.objects.count() == 1
    assert broken_laws() == []


@pytest.mark.django_db(transaction=True)
def test_accepting_and_cancelling_at_once_end_one_way_or_the_other(desk):
    payment = desk.flagged("amount")

    at_once(
        [
            lambda: desk.decide("accept", payment),
            lambda: desk.shopper.post(f"/api/orders/orders/{desk.order.pk}/cancel/"),
        ]
    )

    assert standing(desk, payment) == PAID
    assert desk.product().stock == LEFT_ON_THE_SHELF
    assert broken_laws() == []


def at_once(calls: list[Callable[[], Any]]) -> list[Exception]:
    """Make the calls at one moment and return the refusals."""
    outcomes = storm(calls)
    assert all(isinstance(error, PartsCatalogError) for error in outcomes.errors), outcomes.errors
    return outcomes.errors


@pytest.mark.parametrize("outcome", [Dispute.OPENED, Dispute.LOST])
def test_money_that_the_bank_holds_pays_no_order_whatever_else_is_wrong_with_it(desk, outcome):
    payment = desk.flagged("amount")
    apply(payment=payment, report=report("dispute", dispute=outcome))
    payment.refresh_from_db()

    with pytest.raises(ReviewRefused, match="Answer the dispute"):
        desk.decide("accept", payment)
    desk.decide("dismiss", payment)

    desk.order.refresh_from_db()
    payment.refresh_from_db()
    assert (desk.order.status, payment.state, payment.needs_review) == ("pending", "failed", False)


def test_money_whose_dispute_was_won_is_accepted(desk):
    payment = desk.flagged("amount")
    for outcome in (Dispute.OPENED, Dispute.WON):
        apply(payment=payment, report=report(f"dispute {outcome}", dispute=outcome))

    desk.decide("accept", payment)

    desk.order.refresh_from_db()
    assert desk.order.status == "paid"


@pytest.mark.parametrize(
    ("outcome", "standing_then"), [(Dispute.OPENED, ("disputed", True)), (Dispute.WON, ("paid", False))]
)
def test_a_dispute_that_is_told_before_its_money_is_not_lost(desk, outcome, standing_then):
    payment = desk._started()
    apply(payment=payment, report=report("dispute", dispute=outcome))
    desk._arrive(payment)

    payment.refresh_from_db()
    desk.order.refresh_from_db()
    assert (payment.state, payment.needs_review) == standing_then
    assert desk.order.status == "paid"


def test_a_dismissed_attempt_may_still_bring_real_money(desk):
    payment = desk.flagged("mode")
    desk.decide("dismiss", payment)
    Payment.objects.update(is_live=False)
    SandboxTransaction.objects.update(currency="NGN", status="later")
    reconcile(ignore_schedule=True)
    SandboxTransaction.objects.update(status="paid", reference=payment.reference)
    PaymentEvent.objects.all()._raw_delete("default")

    reconcile(ignore_schedule=True)

    payment.refresh_from_db()
    assert payment.state == "paid"


def test_money_that_does_not_fit_and_is_faster_than_the_start_leaves_nobody_a_page(desk, monkeypatch):
    start = SandboxGateway.start

    def told_before_it_answers(self, request):
        started = start(self, request)
        payment = Payment.objects.get(reference=request.reference)
        money = Status(reference=payment.reference, standing=Standing.PAID, amount=1, currency="NGN")
        apply(payment=payment, report=report("paid", status=money))
        return started

    monkeypatch.setattr(SandboxGateway, "start", told_before_it_answers)

    answer = desk.shopper.post(f"/api/payments/create/{desk.order.pk}/")

    assert (answer.status_code, answer.json()["code"]) == (400, "payment_already_initialized")
    assert (answer.json()["access_code"], answer.json()["authorization_url"]) == (None, None)


def test_a_dismissed_attempt_that_had_expired_stays_expired(desk):
    payment = desk._started()
    ended = Status(reference=payment.reference, standing=Standing.EXPIRED)
    apply(payment=payment, report=report("expired", status=ended))
    stranger = Status(reference="ORD_9_another", standing=Standing.PAID, amount=750_000, currency="NGN")
    apply(payment=payment, report=report("paid", status=stranger))

    desk.decide("dismiss", payment)

    payment.refresh_from_db()
    assert (payment.state, payment.needs_review) == ("expired", False)
    assert payment.next_check_at is not None


def test_an_older_word_of_a_refund_takes_nothing_of_a_newer_one_back(desk):
    payment = desk.flagged("amount")
    refund = refund_payment(RefundOrder(payment=payment, actor=desk.clerk))
    on_its_way = RefundStatus(
        provider_id=str(refund.provider_id), standing=RefundStanding.PENDING, amount=refund.amount_minor
    )

    apply_refunds(payment=payment, found=[on_its_way])

    refund.refresh_from_db()
    assert refund.state == "succeeded"


def test_an_answer_that_came_while_staff_decided_is_news_afterwards(desk):
    payment = desk.flagged("reference")
    SandboxTransaction.objects.update(status="paid", paid_amount=F("amount"))
    before = PaymentEvent.objects.count()
    for _time in range(2):
        ask(payment)
    assert (Payment.objects.get().state, PaymentEvent.objects.count()) == ("open", before + 1)

    desk.decide("dismiss", payment)
    reconcile()

    payment.refresh_from_db()
    desk.order.refresh_from_db()
    assert (payment.state, payment.needs_review, desk.order.status) == ("paid", False, "paid")


def unread(desk) -> Payment:
    """Let money come in and be told of without its amount."""
    payment: Payment = desk._started()
    SandboxTransaction.objects.update(status="paid", paid_amount=F("amount"))
    apply(
        payment=payment,
        report=report("paid", status=Status(reference=payment.reference, standing=Standing.PAID)),
    )
    payment.refresh_from_db()
    assert (payment.needs_review, payment.review_reason, payment.received_minor) == (True, "amount", None)
    return payment


def test_money_of_which_nobody_read_the_amount_is_asked_about_once_it_is_dismissed(desk):
    payment = unread(desk)
    assert "cannot be read" in str(reviewing.advice(payment))

    desk.decide("dismiss", payment)
    reconcile()

    payment.refresh_from_db()
    assert (payment.state, payment.needs_review, payment.received_minor) == (
        "paid",
        False,
        payment.amount_minor,
    )


def test_money_of_which_nobody_read_the_amount_is_the_total_once_it_is_accepted(desk):
    payment = unread(desk)

    desk.decide("accept", payment)
    desk.decide("refund", payment)

    payment.refresh_from_db()
    assert (payment.state, payment.received_minor) == ("refunded", payment.amount_minor)
    assert broken_laws() == []


@pytest.mark.parametrize("reason", ["mode", "reference"])
def test_what_was_dismissed_is_not_flagged_again_by_another_door(desk, reason):
    payment = desk.flagged(reason)
    desk.decide("dismiss", payment)
    PaymentEvent.objects.all()._raw_delete("default")

    reconcile()

    payment.refresh_from_db()
    assert (payment.needs_review, payment.state) == (False, "failed")
    assert not Payment.objects.filter(open_for=desk.order).exists()
