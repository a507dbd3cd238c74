"""Orders that end while others act on them: the stock returns exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.exceptions import IllegalMove
from partscatalog.orders.api import views
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.services import moving, releasing
from partscatalog.testing import make_product, make_user
from partscatalog.testing.storms import meeting, storm
from tests.orders.conftest import CREATE, DELIVERY, URL, place

from .conftest import at_once, breaches, control, patiently, tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db(transaction=True)


def cancel(client: APIClient, order: Order) -> Callable[[], Any]:
    return partial(client.post, f"{URL}{order.pk}/cancel/")


@pytest.fixture
def placed(client_of):
    """An order of 3 of 5 pieces whose time is over, and its buyer's clients."""
    buyer = make_user()
    order = place(buyer, {make_product(stock=5): 3})
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=2))
    return order, lambda count: [client_of(buyer) for _ in range(count)]


def assert_released_once() -> None:
    """One of all who wanted to ended the order, and its pieces went back once."""
    assert Product.objects.get().stock == 5
    assert sorted(StockMovement.objects.values_list("delta", flat=True)) == [-3, 3, 5]
    assert OrderEvent.objects.filter(to_status__in=["cancelled", "expired"]).count() == 1
    assert breaches() == []


def test_two_cancels_at_once_give_the_stock_back_once(placed):
    """T-ORDER-4"""
    order, clients = placed

    answers = at_once(cancel(client, order) for client in clients(8))

    assert tally(answers) == {(200, ""): 1, (409, "illegal_move"): 7}
    assert_released_once()


def test_a_cancel_beside_the_expiry_gives_the_stock_back_once(placed):
    """T-ORDER-4"""
    order, clients = placed
    cancels = [cancel(client, order) for client in clients(4)]

    calls: list[Callable[[], Any]] = [partial(patiently, send) for send in cancels]

    outcomes = storm(calls + [releasing.expire_overdue] * 4)

    assert outcomes.errors == []
    cancelled = Counter(answer.status_code for answer in outcomes.values[:4])
    expired = sum(outcomes.values[4:])
    order.refresh_from_db()
    assert (order.status, cancelled[200], expired) in {("cancelled", 1, 0), ("expired", 0, 1)}
    assert cancelled[200] + cancelled[409] == 4
    assert_released_once()


@control
def test_without_the_condition_of_the_move_the_stock_returns_twice(placed, monkeypatch):
    """T-RACE-18"""
    order, clients = placed

    def move(*, order, to, by, reason=""):
        if order.status != "pending":
            raise IllegalMove
        Order.objects.filter(pk=order.pk).update(status=to)
        return moving._record(order, "pending", to, by, reason)

    monkeypatch.setattr(releasing, "move", move)

    with meeting(views, "own_order", parties=2):
        answers = at_once(cancel(client, order) for client in clients(2))

    assert tally(answers) == {(200, ""): 2}
    with pytest.raises(AssertionError):
        assert_released_once()
    assert Product.objects.get().stock == 8


def test_pieces_that_come_back_are_sold_again(client_of, buyers):
    """T-RACE-2: six orders hold the whole shelf; while they are cancelled, others want it."""
    product = make_product(stock=6)
    users = [make_user() for _ in range(6)]
    cancels: list[Any] = [cancel(client_of(user), place(user, {product: 1})) for user in users]
    orders = [partial(c.post, CREATE, DELIVERY, format="json") for c in buyers(12, {product: 1})]

    answers = at_once(cancels + orders)
    answers += at_once(orders)

    assert tally(answers[:6]) == {(200, ""): 6}
    assert tally(answers[6:])[201, ""] == 6
    assert set(tally(answers[6:])) <= {(201, ""), (400, "out_of_stock"), (400, "cart_empty")}
    assert Product.objects.get().stock == 0
    assert breaches() == []
