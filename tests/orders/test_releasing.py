"""Cancelling and expiring: the stock returns exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.exceptions import IllegalMove
from partscatalog.orders import hooks
from partscatalog.orders.models import Order
from partscatalog.orders.services import moving, releasing
from partscatalog.orders.states import Party, Status
from partscatalog.testing import make_product, make_user

from .conftest import URL, place

pytestmark = pytest.mark.django_db


def deltas(product: Product) -> list[int]:
    return list(StockMovement.objects.filter(product=product).order_by("pk").values_list("delta", flat=True))


def test_cancels_ones_own_unpaid_order(shop, buyer):
    """T-ORDER-4"""
    product = make_product(stock=5)
    order = place(buyer, {product: 3})

    answer = shop.post(f"{URL}{order.pk}/cancel/")

    product.refresh_from_db()
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert [(event["from"], event["to"], event["by"]) for event in answer.json()["history"]] == [
        (None, "pending", "customer"),
        ("pending", "cancelled", "customer"),
    ]
    assert (product.stock, deltas(product)) == (5, [5, -3, 3])


def test_gives_the_stock_back_once(shop, buyer):
    """T-ORDER-4"""
    product = make_product(stock=5)
    order = place(buyer, {product: 3})
    shop.post(f"{URL}{order.pk}/cancel/")

    again = shop.post(f"{URL}{order.pk}/cancel/")

    product.refresh_from_db()
    assert again.status_code == 409
    assert again.json() == {
        "detail": "The order cannot go to that state.",
        "code": "illegal_move",
        "status": "cancelled",
    }
    assert (product.stock, deltas(product)) == (5, [5, -3, 3])


def test_cancels_no_paid_order(shop, buyer):
    product = make_product(stock=5)
    order = place(buyer, {product: 3})
    moving.mark_paid(order=order)

    assert shop.post(f"{URL}{order.pk}/cancel/").status_code == 409

    product.refresh_from_db()
    assert product.stock == 2


def test_cancels_no_foreign_order(signed_in, buyer):
    """T-IDOR-1"""
    order = place(buyer, {make_product(): 3})

    assert signed_in(make_user()).post(f"{URL}{order.pk}/cancel/").status_code == 404

    order.refresh_from_db()
    assert order.status == "pending"


def test_cancels_an_order_whose_product_is_gone(shop, buyer):
    kept, gone = make_product(stock=5), make_product(stock=5)
    order = place(buyer, {kept: 1, gone: 2})
    gone.delete()

    answer = shop.post(f"{URL}{order.pk}/cancel/")

    kept.refresh_from_db()
    assert answer.status_code == 200
    assert kept.stock == 5
    assert sorted(item["product"] or 0 for item in answer.json()["items"]) == [0, kept.pk]


def test_expires_what_was_not_paid_in_time(buyer, later, capsys):
    product = make_product(stock=5)
    order = place(buyer, {product: 3})

    call_command("expire_orders")
    with later(hours=24, seconds=5):
        call_command("expire_orders")
        call_command("expire_orders")

    order.refresh_from_db()
    assert (order.status, deltas(product)) == ("expired", [5, -3, 3])
    assert capsys.readouterr().out.split("\n")[:3] == [
        "0 orders expired.",
        "1 orders expired.",
        "0 orders expired.",
    ]


def test_expires_no_paid_order(buyer, later):
    order = place(buyer, {make_product(): 3})
    moving.mark_paid(order=order)

    with later(days=30):
        assert releasing.expire_overdue() == 0


@pytest.mark.parametrize(
    ("verdict", "passed", "status"),
    [
        (hooks.Expiry.EXPIRE, timedelta(hours=25), "expired"),
        (hooks.Expiry.PAID, timedelta(hours=25), "pending"),
        (hooks.Expiry.PAID, timedelta(hours=97), "pending"),
        (hooks.Expiry.WAIT, timedelta(hours=95), "pending"),
        (hooks.Expiry.WAIT, timedelta(hours=97), "expired"),
    ],
)
def test_asks_the_checks_before_an_order_expires(buyer, later, monkeypatch, verdict, passed, status):
    order = place(buyer, {make_product(): 3})
    monkeypatch.setattr(hooks, "ORDER_EXPIRY_CHECKS", [lambda _order: verdict])
    monkeypatch.setattr(releasing, "ORDER_EXPIRY_CHECKS", hooks.ORDER_EXPIRY_CHECKS)

    with later(seconds=passed.total_seconds()):
        releasing.expire_overdue()

    order.refresh_from_db()
    assert order.status == status


def test_leaves_an_order_whose_check_fails_and_goes_on(buyer, later, monkeypatch):
    orders = [place(buyer, {make_product(): 1}) for _ in range(2)]

    def check(order: Order) -> hooks.Expiry:
        if order == orders[0]:
            raise RuntimeError("The gateway's code is broken.")
        return hooks.Expiry.EXPIRE

    monkeypatch.setattr(releasing, "ORDER_EXPIRY_CHECKS", [check])
    with later(days=2):
        assert releasing.expire_overdue() == 1

    assert [Order.objects.get(pk=order.pk).status for order in orders] == ["pending", "expired"]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.REFUNDED])
def test_pays_no_order_that_has_ended(buyer, status):
    order = place(buyer, {make_product(): 1})
    Order.objects.filter(pk=order.pk).update(status=status)

    with pytest.raises(IllegalMove):
        moving.mark_paid(order=order)

    order.refresh_from_db()
    assert (order.status, order.is_paid) == (status, False)


def test_pays_an_order_once(buyer):
    order = place(buyer, {make_product(): 1})
    copy = Order.objects.get(pk=order.pk)

    assert [moving.mark_paid(order=order), moving.mark_paid(order=copy)] == [True, False]

    assert [event.to_status for event in order.events.order_by("pk")] == ["pending", "paid"]


@pytest.mark.parametrize("source", Status)
@pytest.mark.parametrize("target", Status)
def test_moves_along_the_table_alone(buyer, source, target):
    allowed = {
        ("pending", "paid"),
        ("pending", "cancelled"),
        ("pending", "expired"),
        ("paid", "processing"),
        ("processing", "shipped"),
        ("shipped", "delivered"),
        ("paid", "refunded"),
        ("processing", "refunded"),
        ("shipped", "refunded"),
        ("delivered", "refunded"),
        ("cancelled", "paid"),
        ("expired", "paid"),
    }
    order = place(buyer, {make_product(): 1})
    Order.objects.filter(pk=order.pk).update(status=source)
    order.refresh_from_db()

    try:
        moving.move(order=order, to=target, by=Party.STAFF)
        moved = True
    except IllegalMove:
        moved = False

    order.refresh_from_db()
    assert moved == ((source, target) in allowed)
    assert order.status == (target if moved else source)


def test_moves_an_old_copy_from_the_state_that_the_database_says(buyer):
    order = place(buyer, {make_product(): 1})
    copies = [Order.objects.get(pk=order.pk) for _ in range(2)]
    moving.mark_paid(order=order)

    moving.move(order=copies[0], to=Status.PROCESSING, by=Party.STAFF)
    moving.move(order=copies[1], to=Status.REFUNDED, by=Party.STAFF)
    with pytest.raises(IllegalMove) as refusal:
        moving.mark_paid(order=order)

    assert refusal.value.facts == {"status": "refunded"}
    assert [event.to_status for event in order.events.order_by("pk")] == [
        "pending",
        "paid",
        "processing",
        "refunded",
    ]
