"""What the tables refuse by themselves, and the one table of states and moves."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.services import moving
from partscatalog.payments.states import MOVES, REFUND_MOVES, SETTLED, RefundState, State, is_allowed
from tests.payments.conftest import make_order, make_payment

pytestmark = pytest.mark.django_db


def refused() -> pytest.RaisesExc:
    return pytest.raises(IntegrityError)


def test_an_order_has_at_most_one_open_attempt(order):
    make_payment(order)

    with refused(), transaction.atomic():
        make_payment(order, reference="ORD_another")


def test_an_order_may_have_many_ended_attempts(order):
    for number, state in enumerate(["failed", "expired", "unknown", "failed"]):
        make_payment(order, state=state, open_for=None, reference=f"ORD_{number}")

    assert order.payments.count() == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "failed"},  # and holds the order still
        {"state": "created", "open_for": None},  # and does not hold the order
        {"state": "open", "open_for": None},
        {"state": "nonesuch", "open_for": None},
        {"state": "paid", "open_for": None},  # without a moment
        {"state": "open", "paid_at": timezone.now()},
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount": 0},
    ],
)
def test_the_table_refuses_what_makes_no_sense(order, fields):
    with refused(), transaction.atomic():
        make_payment(order, **fields)


def test_an_attempt_holds_no_other_order(order, buyer):
    with refused(), transaction.atomic():
        make_payment(order, open_for=make_order(buyer))


def test_references_are_unique_over_all_gateways(order, buyer):
    make_payment(order, reference="ORD_same")

    with refused(), transaction.atomic():
        make_payment(make_order(buyer), reference="ORD_same", gateway="sandbox")


def make_event(order, **fields) -> PaymentEvent:
    payment = order.payments.first() or make_payment(order)
    fields = {"gateway": "paystack", "digest": "0" * 64, "kind": "x", "source": "webhook", **fields}
    return PaymentEvent.objects.create(payment=payment, **fields)


def test_an_event_is_kept_once_per_gateway(order):
    make_event(order)
    make_event(order, gateway="sandbox")

    with refused(), transaction.atomic():
        make_event(order)


def test_events_are_only_added(order):
    event = make_event(order)
    event.kind = "another"

    for change in (
        event.save,
        event.delete,
        PaymentEvent.objects.all().delete,
        lambda: PaymentEvent.objects.update(kind="another"),
        lambda: PaymentEvent.objects.bulk_create(
            [event], update_conflicts=True, unique_fields=["gateway", "digest"], update_fields=["kind"]
        ),
    ):
        with pytest.raises(TypeError, match="never"):
            change()
    assert PaymentEvent.objects.get().kind == "x"


def test_paid_never_goes_back_except_by_refund_or_dispute():
    assert set(MOVES) == set(State)
    assert [
        (source, target)
        for source, target in itertools.product(SETTLED, State)
        if target not in SETTLED and is_allowed(source, target)
    ] == []


@pytest.mark.parametrize("state", ["created", "open", "unknown", "failed", "expired"])
def test_what_is_not_paid_may_still_become_paid(state):
    assert is_allowed(state, State.PAID)


def test_no_write_of_the_state_alone_gives_an_order_a_second_open_attempt(order):
    ended = make_payment(order, state="expired", open_for=None)
    make_payment(order, reference="ORD_another", state="open")

    with refused(), transaction.atomic():
        Payment.objects.filter(pk=ended.pk).update(state="open")
    with refused(), transaction.atomic():
        Payment.objects.filter(pk=ended.pk).update(state="open", open_for=order)

    assert list(Payment.objects.filter(state="open").values_list("reference")) == [("ORD_another",)]


def writes_of_states(source: str) -> list[str]:
    """Return what assigns a ``state``, to one row or to many."""
    tree = list(ast.walk(ast.parse(source)))
    targets = [target for node in tree if isinstance(node, ast.Assign) for target in node.targets]
    names = [part for target in targets for part in ast.walk(target) if isinstance(part, ast.Attribute)]
    updates = [node for node in tree if isinstance(node, ast.Call) and _is_update(node)]
    return [ast.unparse(name) for name in names if name.attr == "state"] + list(map(ast.unparse, updates))


def _is_update(call: ast.Call) -> bool:
    return (
        getattr(call.func, "attr", "") == "update"
        and {"state", None} & {kw.arg for kw in call.keywords} != set()
    )


def test_states_are_written_along_the_tables_alone():
    services = sorted(Path(moving.__file__).parent.glob("*.py"))
    writers = {path.name: writes_of_states(path.read_text()) for path in services}

    assert {name for name, lines in writers.items() if lines} == {"moving.py"}
    assert set(REFUND_MOVES) == set(RefundState)


def test_what_the_table_does_not_name_is_no_move(order):
    payment = make_payment(order, state="expired", open_for=None)

    with pytest.raises(ValueError, match="no move from expired to failed"):
        moving.move(payment, State.FAILED)
    with pytest.raises(ValueError, match="no move from expired to open"):
        moving.move_from(payment, State.EXPIRED, State.OPEN)

    payment.refresh_from_db()
    assert payment.state == "expired"
