"""check_invariants: silent while the books are right, and loud about each way to break them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from partscatalog.catalog.models import StockMovement
from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.orders.services import laws, releasing
from partscatalog.orders.states import Party
from partscatalog.testing import make_product

from .conftest import place

pytestmark = pytest.mark.django_db


def test_all_laws_hold_after_ordinary_business(buyer, capsys):
    product = make_product(stock=9)
    place(buyer, {product: 2})
    releasing.cancel(order=place(buyer, {product: 3}), by=Party.CUSTOMER)

    call_command("check_invariants")

    assert capsys.readouterr().out == "All laws hold.\n"


@pytest.mark.parametrize(("price", "quantity"), [("0.10", 3), ("19.99", 7), ("9999999.999", 9), ("0.001", 7)])
def test_a_total_that_floating_point_cannot_hold_is_right(buyer, price, quantity):
    place(buyer, {make_product(price=Decimal(price)): quantity})

    assert list(laws.violations()) == []


def _change_total(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(total_amount=1)


def _lose_a_fraction(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(total_amount=F("total_amount") - Decimal("0.001"))


def _lose_lines(order: Order) -> None:
    OrderLine.objects.filter(order=order).delete()


def _lose_movement(order: Order) -> None:
    StockMovement.objects.filter(order_id=order.pk).delete()


def _change_quantity(order: Order) -> None:
    OrderLine.objects.filter(order=order).update(quantity=F("quantity") + 1)


def _move_behind_its_back(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(status="paid")


def _jump(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(status="delivered")
    OrderEvent.objects.create(order=order, from_status="pending", to_status="delivered", by="staff")


def _lose_mail(order: Order) -> None:
    OrderEvent.objects.filter(order=order).update(at="2025-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "breach",
    [
        _change_total,
        _lose_a_fraction,
        _lose_lines,
        _lose_movement,
        _change_quantity,
        _move_behind_its_back,
        _jump,
        _lose_mail,
    ],
)
def test_finds_each_breach(buyer, breach, capsys):
    order = place(buyer, {make_product(): 2})
    assert list(laws.violations()) == []

    breach(order)

    assert len(list(laws.violations())) >= 1
    with pytest.raises(CommandError, match="break a law"):
        call_command("check_invariants")
    assert "orders: " in capsys.readouterr().err
