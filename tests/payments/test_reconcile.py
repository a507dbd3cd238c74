"""Asking the gateways about what no webhook has settled: when, how often, by whom, and what it comes to."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from partscatalog.laws import LAWS
from partscatalog.payments.gateways.base import GatewayUnknown, RefundStanding, RefundStatus, Standing, Status
from partscatalog.payments.models import Payment, Refund, SandboxTransaction
from partscatalog.payments.sandbox.gateway import SandboxGateway
from partscatalog.payments.sandbox.store import Store
from partscatalog.payments.services import asking, reconciling, webhooks
from partscatalog.payments.services.reconciling import reconcile
from partscatalog.payments.services.refunding import RefundOrder, refund_payment
from partscatalog.payments.services.schedule import (
    ATTEMPT_LIFETIME,
    HINT_CHECKS,
    LONGEST_GAP,
    REFUND_LIFETIME,
)
from partscatalog.payments.tasks import reconcile_payments
from partscatalog.testing import make_product
from partscatalog.testing.storms import meeting, storm
from tests.orders.conftest import place
from tests.payments.conftest import make_order, make_payment, pay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db

SANDBOX = {"BACKEND": "partscatalog.payments.sandbox.gateway.SandboxGateway"}
#: Minutes after its beginning at which an attempt without money is asked about; the last are 72 hours.
SCHEDULE = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2000, 2720, 3440, 4160, 4320]


class Silent(SandboxGateway):
    """A sandbox that does not answer."""

    def fetch(self, attempt: Any) -> Any:
        ASKED.append(attempt.reference)
        raise GatewayUnknown("Nobody answers.")


class Broken(SandboxGateway):
    """A gateway with a fault of its own."""

    def fetch(self, attempt: Any) -> Any:
        raise KeyError("status")


#: Whom the gateways were asked about, in order.
ASKED: list[str] = []


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[str]:
    """The references that the sandbox was asked about, in order."""
    fetch = SandboxGateway.fetch

    def remember(gateway: SandboxGateway, attempt: Any) -> Any:
        ASKED.append(attempt.reference)
        return fetch(gateway, attempt)

    monkeypatch.setattr(SandboxGateway, "fetch", remember)
    ASKED.clear()
    return ASKED


@pytest.fixture
def started(shopper, placed, asked) -> Payment:
    """Begun at the sandbox, the buyer chose to pay later."""
    payment = pay(shopper, placed, "later")
    asked.clear()
    return payment


def due(order: Any, **fields: Any) -> Payment:
    """Return an attempt that is due now."""
    return make_payment(
        order,
        age=300,
        **{"state": "open", "gateway": "sandbox", "next_check_at": timezone.now(), **fields},
    )


def others(buyer: Any, count: int, **fields: Any) -> list[Payment]:
    return [due(make_order(buyer, number=f"X{number}"), **fields) for number in range(count)]


def minutes(payment: Payment, moment: datetime) -> int:
    return round((moment - payment.created_at).total_seconds() / 60)


def at(moment: datetime) -> Any:
    return time_machine.travel(moment.astimezone(UTC), tick=False)


def planned(payment: Payment) -> datetime:
    """Return when the payment is asked about the next time."""
    payment.refresh_from_db()
    assert payment.next_check_at is not None
    return payment.next_check_at


def followed(payment: Payment) -> Iterator[datetime]:
    """Reconcile whenever the payment is due, and yield each moment, until it is left alone."""
    payment.refresh_from_db()
    for _time in range(100):
        moment = payment.next_check_at
        if moment is None:
            return
        with at(moment - timedelta(seconds=1)):
            assert reconcile() == 0
        with at(moment):
            reconcile()
        yield moment
        payment.refresh_from_db()


def broken_laws() -> list[str]:
    return [text for law in LAWS.values() for text in law()]


@pytest.mark.parametrize("arguments", [[], ["--now"]])
def test_money_that_came_later_pays_the_order(started, placed, arguments, later):
    with later(minutes=6):
        call_command("reconcile_payments", *arguments)

    started.refresh_from_db()
    placed.refresh_from_db()
    assert (started.state, started.next_check_at, placed.status) == ("paid", None, "paid")
    assert broken_laws() == []


def test_now_asks_about_what_is_not_due(started, placed, capsys):
    call_command("reconcile_payments")
    assert capsys.readouterr().out == "0 payments were asked about.\n"
    call_command("reconcile_payments", "--now")
    assert capsys.readouterr().out == "1 payments were asked about.\n"

    placed.refresh_from_db()
    assert placed.status == "paid"


@pytest.mark.django_db(transaction=True)
def test_the_task_pays_by_the_clock_and_mails_once(started, placed, later):
    mail.outbox.clear()
    with later(minutes=6):
        for _time in range(2):
            reconcile_payments()

    placed.refresh_from_db()
    assert placed.status == "paid"
    assert len(mail.outbox) == 1


def test_the_gaps_grow_and_end_after_72_hours(started, asked):
    moments = [minutes(started, moment) for moment in followed(started)]

    assert moments == SCHEDULE
    assert timedelta(minutes=SCHEDULE[-1]) == ATTEMPT_LIFETIME
    assert asked == [started.reference] * len(SCHEDULE)
    assert reconcile(ignore_schedule=True) == 0


@pytest.mark.parametrize("state", ["open", "failed", "expired", "unknown"])
def test_every_attempt_without_money_is_asked_about(started, placed, state):
    Payment.objects.update(state=state, open_for=placed if state == "open" else None)
    SandboxTransaction.objects.update(status="paid", paid_amount=750_000)

    assert reconcile(ignore_schedule=True) == 1

    placed.refresh_from_db()
    assert placed.status == "paid"


def test_a_paid_payment_is_not_asked_about(shopper, placed, asked):
    pay(shopper, placed)
    asked.clear()

    assert reconcile(ignore_schedule=True) == 0
    assert asked == []


def test_a_worker_that_was_away_asks_once_and_goes_on_by_the_schedule(started, asked):
    with at(started.created_at + timedelta(hours=20)):
        for _time in range(3):
            reconcile()

    assert asked == [started.reference]


def test_more_than_a_batch_are_each_asked_about_once(buyer, asked, monkeypatch):
    monkeypatch.setattr(reconciling, "BATCH", 2)
    payments = others(buyer, 5)

    assert reconcile() == 5
    assert asked == [payment.reference for payment in payments]


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_ask_about_each_payment_once(buyer, asked):
    payments = others(buyer, 12)

    outcomes = storm([reconcile] * 4)

    assert outcomes.errors == []
    assert sum(outcomes.values) == 12
    assert sorted(asked) == sorted(payment.reference for payment in payments)


@pytest.mark.django_db(transaction=True)
def test_workers_that_found_the_same_payment_due_ask_about_it_once(buyer, asked):
    (payment,) = others(buyer, 1)

    with meeting(reconciling, "_next_time", parties=3, patience=1):
        outcomes = storm([reconcile] * 3)

    assert (outcomes.errors, sum(outcomes.values)) == ([], 1)
    assert asked == [payment.reference]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_one_who_is_at_work_on_a_payment(buyer, asked):
    """A webhook that is being applied, staff, another worker: it is looked at when its turn comes again."""
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("This database cannot skip what is locked.")
    held, free = others(buyer, 2)
    is_held, is_done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Payment.objects.select_for_update().get(pk=held.pk)
            is_held.set()
            is_done.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait(30)
    begun = time.monotonic()
    try:
        answered = reconcile()
    finally:
        is_done.set()
        holder.join()

    assert (answered, asked) == (1, [free.reference])
    assert time.monotonic() - begun < 5
    assert (reconcile(), asked) == (1, [free.reference, held.reference])


def test_a_gateway_that_does_not_answer_delays_nobody_else(settings, buyer, asked, placed, shopper):
    """Not for longer than three calls; what it was not asked about stays due."""
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "PAYMENT_GATEWAYS": {
            "silent": {"BACKEND": "tests.payments.test_reconcile.Silent"},
            "sandbox": SANDBOX,
        },
    }
    silent = [payment.reference for payment in others(buyer, 5, gateway="silent")]
    started = pay(shopper, placed, "later")
    asked.clear()
    SandboxTransaction.objects.update(status="paid")
    now = planned(started)

    with at(now):
        assert reconcile() == 1
        first, asked[:] = list(asked), []
        assert reconcile() == 0

    placed.refresh_from_db()
    assert placed.status == "paid"
    assert first == [*silent[:3], started.reference]
    assert asked == silent[3:]


def test_a_gateway_that_answers_now_and_then_is_asked_about_all(buyer, monkeypatch):
    payments = others(buyer, 8)
    heard: list[str] = []

    def answer_every_other(gateway: SandboxGateway, attempt: Any) -> Any:
        heard.append(attempt.reference)
        if len(heard) % 2:
            raise GatewayUnknown("Nobody answers.")
        return Status(reference=attempt.reference, standing=Standing.PENDING)

    monkeypatch.setattr(SandboxGateway, "fetch", answer_every_other)

    assert reconcile() == 4
    assert heard == [payment.reference for payment in payments]


@pytest.mark.parametrize("fault", [Broken.__name__, "gone"])
def test_a_gateway_that_fails_otherwise_stops_nobody_else(settings, buyer, started, placed, fault):
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "PAYMENT_GATEWAYS": {
            "Broken": {"BACKEND": "tests.payments.test_reconcile.Broken"},
            "sandbox": SANDBOX,
        },
    }
    (broken,) = others(buyer, 1, gateway=fault, reference="A")
    Payment.objects.filter(pk=started.pk).update(next_check_at=timezone.now())
    SandboxTransaction.objects.update(status="paid")

    assert reconcile() == 1

    placed.refresh_from_db()
    broken.refresh_from_db()
    assert placed.status == "paid"
    assert broken.state == "open"
    assert planned(broken) > timezone.now()


def test_a_worker_killed_before_it_asked_leaves_it_to_the_next(started, placed, monkeypatch):
    """T-PAY-15"""
    SandboxTransaction.objects.update(status="paid")
    with monkeypatch.context() as patched, at(planned(started)):
        patched.setattr(asking, "ask", killed)
        with pytest.raises(SystemExit):
            reconcile()
    started.refresh_from_db()
    placed.refresh_from_db()
    assert (started.state, placed.status) == ("open", "pending")

    with at(planned(started)):
        assert reconcile() == 1

    placed.refresh_from_db()
    assert placed.status == "paid"


def test_a_worker_that_is_killed_has_claimed_no_other_payment(buyer, asked, monkeypatch):
    payments = others(buyer, 3)
    with monkeypatch.context() as patched:
        patched.setattr(asking, "ask", killed)
        with pytest.raises(SystemExit):
            reconcile()

    assert reconcile() == 2
    assert asked == [payment.reference for payment in payments[1:]]


def killed(*_arguments: Any, **_options: Any) -> Any:
    raise SystemExit


def test_a_start_that_died_becomes_unknown_and_then_failed(buyer, asked):
    """T-PAY-15: the provider knows nothing of it."""
    order = make_order(buyer)
    payment = due(order, state="created")

    assert reconcile() == 1

    payment.refresh_from_db()
    assert (payment.state, payment.open_for) == ("failed", None)
    assert asked == [payment.reference]


def test_a_start_that_died_is_unknown_while_nobody_answers(settings, buyer):
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "PAYMENT_GATEWAYS": {"silent": {"BACKEND": "tests.payments.test_reconcile.Silent"}},
    }
    payment = due(make_order(buyer), state="created", gateway="silent")

    assert reconcile() == 0

    payment.refresh_from_db()
    assert (payment.state, payment.open_for) == ("unknown", None)
    assert planned(payment) > timezone.now()


def test_a_start_that_may_still_be_answered_is_left_alone(buyer):
    order = make_order(buyer)
    payment = make_payment(order, gateway="sandbox", next_check_at=timezone.now(), age=20)

    assert reconcile() == 1

    payment.refresh_from_db()
    assert (payment.state, payment.open_for) == ("created", order)


def test_a_start_that_died_after_the_gateway_was_called_may_be_paid(started, placed):
    """T-PAY-15: the buyer got the page all the same."""
    Payment.objects.update(state="created", created_at=timezone.now() - timedelta(minutes=5))
    SandboxTransaction.objects.update(status="paid")

    assert reconcile(ignore_schedule=True) == 1

    placed.refresh_from_db()
    assert placed.status == "paid"


@pytest.fixture
def paid(shopper, placed, asked) -> Payment:
    payment = pay(shopper, placed)
    asked.clear()
    return payment


@pytest.fixture
def hint(paid, client) -> Callable[[], None]:
    """Let the provider tell that something of the money was given back, without saying what."""
    body = b'{"id": "evt_1", "event": "transaction.refunded", "data": {"reference": "%s"}}'
    event = body % paid.reference.encode()
    headers = dict(SandboxGateway(alias="sandbox", options={}).sign(event))
    return lambda: webhooks.receive(alias="sandbox", headers=headers, body=event)


def test_a_hint_is_followed_once_it_is_answered(paid, hint, placed):
    Store("sandbox").refund(paid.reference, amount=250_000)
    hint()

    assert [reconcile(), reconcile(ignore_schedule=True)] == [1, 0]

    paid.refresh_from_db()
    assert (paid.state, paid.next_check_at) == ("partially_refunded", None)
    assert Refund.objects.get().requested_by is None
    assert broken_laws() == []


def test_a_hint_that_nobody_answers_is_followed_for_three_days(paid, hint, monkeypatch):
    """Whenever the payment began."""
    monkeypatch.setattr(SandboxGateway, "fetch_refunds", silent)
    Payment.objects.update(created_at=timezone.now() - timedelta(days=200))
    hint()

    moments = list(followed(paid))

    gaps = [round((after - before).total_seconds() / 60) for before, after in pairwise(moments)]
    assert gaps == [5, 10, 20, 40, 80, 160, 320, 640] + [720] * 4
    assert len(gaps) == HINT_CHECKS
    assert timedelta(hours=66) < moments[-1] - moments[0] < timedelta(hours=78)


def silent(*_arguments: Any, **_options: Any) -> Any:
    raise GatewayUnknown("Nobody answers.")


def test_a_hint_that_comes_while_it_is_followed_is_followed_again(paid, hint, monkeypatch):
    fetch = SandboxGateway.fetch_refunds

    def answer_and_refund_again(gateway: SandboxGateway, attempt: Any) -> Any:
        answer = fetch(gateway, attempt)
        Store("sandbox").refund(paid.reference, amount=100)
        hint()
        return answer

    hint()
    with monkeypatch.context() as patched:
        patched.setattr(SandboxGateway, "fetch_refunds", answer_and_refund_again)
        reconcile()
    assert Refund.objects.count() == 0

    assert reconcile() == 1
    assert Refund.objects.count() == 1


def test_a_refund_on_its_way_is_asked_about_until_it_is_settled(paid, clerk, monkeypatch):
    refund = refund_payment(RefundOrder(payment=paid, actor=clerk))
    Refund.objects.update(state="pending")
    Payment.objects.update(next_check_at=timezone.now(), checks=0)
    says = {"standing": RefundStanding.PENDING}

    def answer(_gateway: Any, _attempt: Any) -> list[RefundStatus]:
        return [RefundStatus(provider_id=str(refund.provider_id), amount=750_000, **says)]

    monkeypatch.setattr(SandboxGateway, "fetch_refunds", answer)
    reconcile()
    paid.refresh_from_db()
    assert (Refund.objects.get().state, paid.next_check_at is None) == ("pending", False)

    says["standing"] = RefundStanding.SUCCEEDED
    with at(planned(paid)):
        reconcile()

    paid.refresh_from_db()
    assert (Refund.objects.get().state, paid.next_check_at) == ("succeeded", None)


def test_a_refund_on_its_way_is_given_up_after_thirty_days(paid, clerk, monkeypatch):
    monkeypatch.setattr(SandboxGateway, "fetch_refunds", silent)
    refund = refund_payment(RefundOrder(payment=paid, actor=clerk))
    Refund.objects.update(state="pending")
    Payment.objects.update(next_check_at=timezone.now(), checks=0)

    moments = list(followed(paid))

    assert moments[-1] == refund.created_at + REFUND_LIFETIME
    assert max(after - before for before, after in pairwise(moments)) == LONGEST_GAP


def test_a_refund_whose_call_died_did_not_happen_when_the_provider_lists_none(paid, clerk, monkeypatch):
    """T-PAY-15"""
    monkeypatch.setattr(SandboxGateway, "refund", killed)
    with pytest.raises(SystemExit):
        refund_payment(RefundOrder(payment=paid, actor=clerk))
    paid.refresh_from_db()
    assert Refund.objects.get().state == "created"

    with at(planned(paid) + timedelta(seconds=1)):
        assert reconcile() == 1

    paid.refresh_from_db()
    assert (paid.state, paid.next_check_at, Refund.objects.get().state) == ("paid", None, "failed")
    assert broken_laws() == []


def test_a_refund_that_was_carried_out_before_its_worker_died_is_found(paid, clerk, placed, monkeypatch):
    """T-PAY-15"""
    refund = SandboxGateway.refund

    def carry_out_and_die(gateway: SandboxGateway, request: Any) -> Any:
        refund(gateway, request)
        raise SystemExit

    monkeypatch.setattr(SandboxGateway, "refund", carry_out_and_die)
    with pytest.raises(SystemExit):
        refund_payment(RefundOrder(payment=paid, actor=clerk, restock=True))
    paid.refresh_from_db()

    with at(planned(paid)):
        assert reconcile() == 1

    paid.refresh_from_db()
    placed.refresh_from_db()
    assert (paid.state, placed.status, Refund.objects.get().state) == ("refunded", "refunded", "succeeded")
    assert [line.product.stock for line in placed.lines.all()] == [5]
    assert broken_laws() == []


def test_money_for_an_order_that_is_paid_already_is_found_and_flagged(shopper, placed):
    first = pay(shopper, placed, "decline")
    pay(shopper, placed)
    SandboxTransaction.objects.filter(reference=first.reference).update(status="paid", paid_amount=750_000)

    reconcile(ignore_schedule=True)

    first.refresh_from_db()
    assert (first.needs_review, first.review_reason, first.next_check_at) == (True, "paid_twice", None)
    assert broken_laws() == []


def test_what_waits_for_staff_is_not_asked_about_for_ever(shopper, buyer, asked):
    payment = pay(shopper, place(buyer, {make_product(): 1}), "wrong_amount")
    reconcile(ignore_schedule=True)
    asked.clear()

    assert reconcile(ignore_schedule=True) == 0
    payment.refresh_from_db()
    assert (asked, payment.needs_review, payment.next_check_at) == ([], True, None)
