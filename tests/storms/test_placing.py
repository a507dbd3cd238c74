"""Orders at once: no piece is sold twice, none is left lying, and no cart is ordered twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.models import Sum

from partscatalog import transactions
from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import adding, closing, finding, locking, reading
from partscatalog.catalog.models import Product, StockMovement
from partscatalog.catalog.services import stock
from partscatalog.orders.models import Order, OrderLine
from partscatalog.orders.services import idempotency, placing
from partscatalog.testing import make_cart, make_product, make_user
from partscatalog.testing.storms import meeting, storm
from tests.orders.conftest import CREATE, DELIVERY

from .conftest import REPEATABLE_READ, at_once, breaches, control, tally

if TYPE_CHECKING:
    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db(transaction=True)


def order(client: APIClient, key: str = "", **body):
    headers = {"Idempotency-Key": key} if key else {}
    return partial(client.post, CREATE, {**DELIVERY, **body}, format="json", headers=headers)


def assert_books(answers, *, sold: int, left: int, product: Product) -> None:
    """Every acknowledged order exists, the others were refused clearly, and the shelf holds the rest."""
    refused = len(answers) - sold
    assert tally(answers) == Counter({(201, ""): sold, (400, "out_of_stock"): refused})
    told = {answer.data["id"]: answer.data["total_amount"] for answer in answers if answer.status_code == 201}
    assert told == {order.pk: f"{order.total_amount:.2f}" for order in Order.objects.all()}
    assert Product.objects.get(pk=product.pk).stock == left
    assert StockMovement.objects.filter(product=product).aggregate(sum=Sum("delta"))["sum"] == left
    assert breaches() == []


@pytest.mark.parametrize(
    ("shelf", "count", "each", "sold"), [(10, 40, 1, 10), (1, 18, 1, 1), (7, 12, 2, 3), (20, 20, 1, 20)]
)
def test_buyers_empty_the_shelf_and_no_further(buyers, api, shelf, count, each, sold):
    """T-RACE-1, T-RACE-2, T-RACE-3"""
    product = make_product(stock=shelf)
    clients = buyers(count, {product: each})

    answers = at_once(map(order, clients))

    assert_books(answers, sold=sold, left=shelf - sold * each, product=product)
    assert api.post(f"/api/carts/products/{product.pk}/add/", {"quantity": each}).status_code == 400


@pytest.mark.skipif(REPEATABLE_READ is None, reason="SQLite has one isolation level.")
@pytest.mark.parametrize(
    "mode",
    [{**connection.settings_dict["OPTIONS"], "isolation_level": REPEATABLE_READ}],
    ids=["repeatable read"],
    indirect=True,
)
def test_no_piece_is_sold_twice_where_a_host_reads_repeatably(buyers):
    """T-RACE-16"""
    product = make_product(stock=4)
    clients = buyers(12, {product: 1})

    answers = at_once(map(order, clients))

    assert_books(answers, sold=4, left=0, product=product)


@control
def test_without_the_verdict_of_the_write_pieces_are_sold_twice(buyers, bare, monkeypatch):
    """T-RACE-18"""
    product = make_product(stock=1)
    clients = buyers(4, {product: 1})
    subtract = stock.subtract
    monkeypatch.setattr(stock, "subtract", lambda quantities: subtract(quantities) or True)
    bare(placing, "_place")

    with meeting(reading, "load", parties=4):
        answers = at_once(map(order, clients))

    assert tally(answers) == {(201, ""): 4}
    with pytest.raises(AssertionError):
        assert_books(answers, sold=1, left=0, product=product)
    assert len(breaches()) == 1


def twins(client_of, *, quantity: int, shelf: int):
    user, product = make_user(), make_product(stock=shelf)
    make_cart({product: quantity}, user=user)
    return product, [client_of(user) for _ in range(12)]


def assert_ordered_once(answers, *, left: int, product: Product) -> None:
    assert tally(answers) == {(201, ""): 1, (400, "cart_empty"): 11}
    assert Order.objects.count() == 1
    assert Product.objects.get(pk=product.pk).stock == left
    assert breaches() == []


def test_twins_order_one_cart_once(client_of):
    """T-RACE-4"""
    product, clients = twins(client_of, quantity=2, shelf=50)

    answers = at_once(map(order, clients))

    assert_ordered_once(answers, left=48, product=product)


@control
def test_without_the_close_and_the_unique_column_one_cart_is_ordered_twelve_times(client_of, monkeypatch):
    """T-RACE-18"""
    product, clients = twins(client_of, quantity=2, shelf=50)
    create = placing._create_order
    monkeypatch.setattr(closing, "close", lambda pk: True)
    monkeypatch.setattr(placing, "_create_order", lambda placement, total: create(cartless(placement), total))

    answers = at_once(map(order, clients))

    with pytest.raises(AssertionError):
        assert_ordered_once(answers, left=48, product=product)
    assert Order.objects.count() == 12


def cartless(placement: placing.Placement) -> placing.Placement:
    return replace(placement, cart=None)  # type: ignore[arg-type]  # the column allows it


def assert_one_answer(answers) -> None:
    (placed,) = Order.objects.all()
    assert tally(answers) == {(201, ""): len(answers)}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].data["id"] == placed.pk
    assert breaches() == []


@pytest.mark.parametrize("shelf", [50, 2], ids=["plenty", "the last pieces"])
def test_twins_with_one_key_get_the_first_ones_answer(client_of, shelf):
    """T-IDEM-2"""
    product, clients = twins(client_of, quantity=2, shelf=shelf)

    answers = at_once(order(client, key="tuesday") for client in clients)

    assert_one_answer(answers)
    assert Product.objects.get(pk=product.pk).stock == shelf - 2


@control
def test_without_the_stored_answer_twins_with_one_key_get_others(client_of, monkeypatch):
    """T-RACE-18"""
    _product, clients = twins(client_of, quantity=2, shelf=50)
    monkeypatch.setattr(idempotency, "stored_answer", lambda key: None)

    answers = at_once(order(client, key="tuesday") for client in clients)

    with pytest.raises(AssertionError):
        assert_one_answer(answers)


def test_of_twins_with_one_key_and_two_bodies_one_is_refused(client_of):
    """T-IDEM-2"""
    _product, clients = twins(client_of, quantity=2, shelf=50)

    answers = at_once(order(client, key="tuesday", note=f"Twin {n % 2}") for n, client in enumerate(clients))

    assert tally(answers) == {(201, ""): 6, (422, "idempotency_mismatch"): 6}
    assert Order.objects.count() == 1
    assert breaches() == []


@pytest.mark.parametrize("shelf", [5, 1], ids=["plenty", "the last piece"])
def test_one_key_orders_one_of_two_carts(shelf):
    """T-IDEM-2: a repeated request meets the next cart; the unique row of the key decides."""
    user, product = make_user(), make_product(stock=shelf)
    carts = [make_cart({product: 1}) for _ in range(2)]
    placements = [
        placing.Placement(
            cart=cart,
            user=user,
            delivery=placing.Delivery(**DELIVERY, billing_address=""),
            represent=lambda order: {"id": order.pk},
            key=idempotency.Key.of(user, "tuesday", {}),
        )
        for cart in carts
    ]

    outcomes = storm([partial(placing.place_order, placement) for placement in placements])

    assert list(outcomes.all) == [{"id": Order.objects.get().pk}] * 2
    assert Product.objects.get(pk=product.pk).stock == shelf - 1
    assert sorted(cart.__class__.objects.get(pk=cart.pk).status for cart in carts) == ["open", "ordered"]
    assert breaches() == []


@pytest.fixture
def deadlocks(monkeypatch) -> list[Exception]:
    """The deadlocks that the database ended by giving a transaction up."""
    found = []
    is_conflict = transactions._is_conflict

    def note(error):
        if getattr(error.__cause__, "sqlstate", None) == "40P01" or error.args[0] == 1213:
            found.append(error)
        return is_conflict(error)

    monkeypatch.setattr(transactions, "_is_conflict", note)
    return found


def crossing(client_of, count: int, products: list[Product]) -> list[APIClient]:
    """Return buyers of all the products, every second of whom has put them in in opposite order."""
    clients = []
    for number in range(count):
        user = make_user()
        make_cart(dict.fromkeys(products[:: -1 if number % 2 else 1], 1), user=user)
        clients.append(client_of(user))
    return clients


def test_opposite_orders_of_the_same_products_never_deadlock(client_of, deadlocks):
    """T-RACE-11"""
    products = [make_product(stock=50) for _ in range(5)]
    clients = crossing(client_of, 16, products)

    answers = at_once(map(order, clients))

    assert tally(answers) == {(201, ""): 16}
    assert deadlocks == []
    assert set(Product.objects.values_list("stock", flat=True)) == {34}
    assert breaches() == []


@control
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one lock: no two wait for each other.")
def test_without_the_order_of_locks_they_deadlock(client_of, deadlocks, monkeypatch):
    """T-RACE-18"""
    clients = crossing(client_of, 2, [make_product(stock=50) for _ in range(2)])
    subtract = stock.subtract
    one = SimpleNamespace(take=lambda pk, quantity: subtract({pk: quantity}))
    monkeypatch.setattr(
        stock, "subtract", lambda quantities: all(one.take(*pair) for pair in quantities.items())
    )

    with meeting(one, "take", parties=2, patience=1):
        answers = at_once(map(order, clients))

    assert tally(answers) == {(201, ""): 2}
    with pytest.raises(AssertionError):
        assert deadlocks == []


def add(client: APIClient, product: Product):
    return partial(client.post, f"/api/carts/products/{product.pk}/add/")


def assert_none_lost(confirmed: int) -> None:
    ordered = OrderLine.objects.aggregate(sum=Sum("quantity"))["sum"]
    held = CartLine.objects.filter(cart__status="open").aggregate(sum=Sum("quantity"))["sum"] or 0
    assert ordered + held == confirmed
    assert Order.objects.get().total_amount == ordered * 2500
    assert breaches() == []


def test_what_is_added_while_ordering_is_ordered_or_held(client_of):
    """T-RACE-12"""
    user, product = make_user(), make_product(stock=50)
    make_cart({product: 1}, user=user)

    answers = at_once([order(client_of(user)), *(add(client_of(user), product) for _ in range(8))])

    assert tally(answers) == {(201, ""): 1, (200, ""): 8}
    assert_none_lost(confirmed=9)


@control
def test_without_the_carts_lock_an_add_while_ordering_is_lost(client_of, bare, monkeypatch):
    """T-RACE-18"""
    user, product = make_user(), make_product(stock=50)
    make_cart({product: 1}, user=user)
    adding_began, ordered = Event(), Event()

    def lock(cart: Cart) -> bool:
        is_open = Cart.objects.open().filter(pk=cart.pk).exists()
        adding_began.set()
        ordered.wait(10)
        return is_open

    def order_meanwhile():
        adding_began.wait(10)
        answer = order(client_of(user))()
        ordered.set()
        return answer

    # By the long way: the line's own statement of the short one asks once more whether the cart is open.
    monkeypatch.setattr(finding, "known", lambda visitor: None)
    monkeypatch.setattr(locking, "lock", lock)
    bare(adding, "_add")

    answers = at_once([order_meanwhile, add(client_of(user), product)])

    assert tally(answers) == {(201, ""): 1, (200, ""): 1}
    with pytest.raises(AssertionError):
        assert_none_lost(confirmed=2)
