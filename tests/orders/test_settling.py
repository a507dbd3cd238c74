"""What later money does to an order: its stock returns or is taken again, once, and is booked so."""

from __future__ import annotations

import pytest

from partscatalog.catalog.models import StockMovement
from partscatalog.catalog.services import stock
from partscatalog.exceptions import IllegalMove, OutOfStock
from partscatalog.orders.services import laws, moving, releasing, settling
from partscatalog.orders.states import Party
from partscatalog.testing import make_product, make_user

from .conftest import place

pytestmark = pytest.mark.django_db

FIRST = [("initial", 5), ("sale", -3)]


@pytest.fixture
def product():
    return make_product(stock=5)


@pytest.fixture
def order(buyer, product):
    return place(buyer, {product: 3})


def booked() -> list[tuple[str, int]]:
    return list(StockMovement.objects.order_by("pk").values_list("reason", "delta"))


@pytest.mark.parametrize(("restock", "returned"), [(True, [("return", 3)]), (False, [])])
def test_a_refund_returns_the_stock_once_and_where_staff_say_so(order, product, restock, returned):
    moving.mark_paid(order=order)

    refunds = [
        settling.refund(order=order, by=Party.STAFF, reason="Broken.", restock=restock) for _ in range(2)
    ]

    product.refresh_from_db()
    assert refunds == [True, False]
    assert booked() == FIRST + returned
    assert product.stock == (5 if restock else 2)
    assert list(laws.violations()) == []


def test_refunds_no_order_that_was_never_paid(order):
    with pytest.raises(IllegalMove):
        settling.refund(order=order, by=Party.STAFF, reason="", restock=True)

    assert booked() == FIRST


def test_a_late_payment_that_staff_accept_takes_the_stock_again(order, product):
    clerk = make_user(is_staff=True)
    releasing.expire(order=order)

    settling.accept_payment(order=order, actor=clerk)

    product.refresh_from_db()
    assert (order.status, product.stock) == ("paid", 2)
    assert booked() == [*FIRST, ("release", 3), ("sale", -3)]
    assert StockMovement.objects.latest("pk").actor == clerk
    assert list(laws.violations()) == []


def test_accepts_no_late_payment_whose_stock_is_gone(order, product):
    releasing.expire(order=order)
    stock.adjust(product=product, delta=-3, note="Broken.")

    with pytest.raises(OutOfStock) as refusal:
        settling.accept_payment(order=order)

    order.refresh_from_db()
    product.refresh_from_db()
    shortage = {"product": product.pk, "name": "Piston", "requested": 3, "available": 2}
    assert refusal.value.facts == {"items": [shortage]}
    assert (order.status, order.is_paid, product.stock) == ("expired", False, 2)
    assert booked() == [*FIRST, ("release", 3), ("adjustment", -3)]
    assert list(laws.violations()) == []
