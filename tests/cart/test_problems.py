"""What a cart says is wrong with it, and what can be done about it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partscatalog.cart.models import CartLine
from partscatalog.catalog.models import Product
from partscatalog.orders.models import Order
from partscatalog.testing import make_cart, make_category, make_product, make_user

from .conftest import CART, DELIVERY, ORDERS, add, deletion_of, problems, quantities, quantity_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def buyer(signed_in, user):
    """The user's client."""
    return signed_in(user)


@pytest.fixture
def product():
    """A product two levels deep in the tree of categories."""
    return make_product(category=make_category("Pistons", parent=make_category("Engine")), stock=5)


def change(product, **fields):
    """Change the product as its form does."""
    for field, value in fields.items():
        setattr(product, field, value)
    product.save()


def hide(category):
    category.is_active = False
    category.save()


def stocked(product, stock):
    """Leave so many pieces of the product, whatever carts hold."""
    Product.objects.filter(pk=product.pk).update(stock=stock)


def dearer_and_short(product):
    change(product, price=Decimal("3000.5"))
    stocked(product, 1)


def dearer_and_hidden(product):
    change(product, price=Decimal("3000.5"), is_active=False)
    stocked(product, 0)


SHORT = "Only {0} pieces of Piston are in stock."
PRICE = "The price of Piston was 2500.00 and is now {0}."
NOT_SOLD = {"code": "not_sold", "detail": "Piston is no longer sold."}

#: What happens to the product of a line of three pieces; then the problems, the cart's total, and the status
#: and code of ordering it.
CHANGES = {
    "nothing": (lambda product: None, [], "7500.00", 201, None),
    "just enough left": (lambda product: stocked(product, 3), [], "7500.00", 201, None),
    "short": (
        lambda product: stocked(product, 2),
        [{"code": "short_stock", "detail": SHORT.format(2), "available": 2}],
        "7500.00",
        400,
        "out_of_stock",
    ),
    "sold out": (
        lambda product: stocked(product, 0),
        [{"code": "short_stock", "detail": SHORT.format(0), "available": 0}],
        "7500.00",
        400,
        "out_of_stock",
    ),
    "dearer": (
        lambda product: change(product, price=Decimal("3000.5")),
        [{"code": "price_changed", "detail": PRICE.format("3000.50"), "was": "2500.00", "now": "3000.50"}],
        "9001.50",
        201,
        None,
    ),
    "free": (
        lambda product: change(product, price=Decimal(0)),
        [{"code": "price_changed", "detail": PRICE.format("0.00"), "was": "2500.00", "now": "0.00"}],
        "0.00",
        201,
        None,
    ),
    "dearer and short": (
        dearer_and_short,
        [
            {"code": "short_stock", "detail": "Only 1 piece of Piston is in stock.", "available": 1},
            {"code": "price_changed", "detail": PRICE.format("3000.50"), "was": "2500.00", "now": "3000.50"},
        ],
        "9001.50",
        400,
        "out_of_stock",
    ),
    "inactive": (
        lambda product: change(product, is_active=False),
        [NOT_SOLD],
        "0.00",
        400,
        "product_unavailable",
    ),
    "in an inactive category": (
        lambda product: hide(product.category),
        [NOT_SOLD],
        "0.00",
        400,
        "product_unavailable",
    ),
    "below an inactive category": (
        lambda product: hide(product.category.parent),
        [NOT_SOLD],
        "0.00",
        400,
        "product_unavailable",
    ),
    "all of it": (dearer_and_hidden, [NOT_SOLD], "0.00", 400, "product_unavailable"),
}


@pytest.mark.parametrize(("happens", "told", "total", "status", "code"), CHANGES.values(), ids=CHANGES)
def test_a_cart_tells_what_became_of_its_lines_and_orders_no_other(
    buyer, user, product, happens, told, total, status, code
):
    """T-ORDER-3, T-MONEY-2"""
    item = make_cart({product: 3}, user=user).lines.get().pk
    happens(product)

    shown = buyer.get(CART).json()
    answer = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    assert shown["problems"] == [{"item": item, **each} for each in told]
    assert shown["total_price"] == total
    assert [line["id"] for line in shown["items"]] == [item] * (NOT_SOLD not in told)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    if status == 201:
        assert answer.json()["total_amount"] == total
    else:
        assert [line["product"] for line in answer.json()["items"]] == [product.pk]
        assert (Order.objects.count(), quantities()) == (0, [3])


def test_a_deleted_product_leaves_its_carts_and_the_rest_is_ordered(buyer, user, product):
    """T-ORDER-3"""
    rest = make_product("Ring")
    make_cart({product: 3, rest: 1}, user=user)
    product.delete()

    shown = buyer.get(CART).json()
    answer = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    assert ([line["product"]["id"] for line in shown["items"]], shown["problems"]) == ([rest.pk], [])
    assert (answer.status_code, answer.json()["total_amount"]) == (201, "2500.00")


def test_each_line_has_its_own_problems_in_the_order_of_lines(buyer, user, product):
    short, hidden = make_product("Ring"), make_product("Rod")
    lines = make_cart({short: 3, product: 1, hidden: 1}, user=user).lines.values_list("pk", flat=True)
    stocked(short, 1)
    change(hidden, is_active=False)

    shown = buyer.get(CART).json()

    assert [(each["item"], each["code"]) for each in shown["problems"]] == [
        (lines[0], "short_stock"),
        (lines[2], "not_sold"),
    ]
    assert [line["id"] for line in shown["items"]] == list(lines[:2])


SEEN = {
    "added to": lambda client, product, item: add(client, product),
    "one more": lambda client, product, item: client.patch(quantity_of(item)),
    "lowered": lambda client, product, item: client.patch(quantity_of(item), {"quantity": 1}),
}


@pytest.mark.parametrize("look", SEEN.values(), ids=SEEN)
def test_a_price_counts_as_seen_once_the_line_is_changed(buyer, user, product, look):
    item = make_cart({product: 3}, user=user).lines.get().pk
    change(product, price=Decimal("3000.5"))

    assert [each["code"] for each in problems(buyer)] == ["price_changed"]
    look(buyer, product, item)

    assert problems(buyer) == []
    assert CartLine.objects.get().seen_price == Decimal("3000.5")


#: What is asked of a line of three pieces; then the status, and what is left.
ASKED = [
    ({}, 400, [3]),
    ({"quantity": 4}, 400, [3]),
    ({"quantity": 3}, 200, [3]),
    ({"quantity": 2}, 200, [2]),
    ({"quantity": 1}, 200, [1]),
    (None, 200, []),
]


@pytest.mark.parametrize(("body", "status", "left"), ASKED)
@pytest.mark.parametrize("happens", ["short", "sold out", "inactive", "below an inactive category"])
def test_a_line_above_the_stock_can_be_lowered_or_removed_and_never_raised(
    buyer, user, product, happens, body, status, left
):
    """T-STOCK-1, T-TAMP-2"""
    item = make_cart({product: 3}, user=user).lines.get().pk
    CHANGES[happens][0](product)

    if body is None:
        answer = buyer.delete(deletion_of(item))
    else:
        answer = buyer.patch(quantity_of(item), body, format="json")

    assert answer.status_code == status
    assert quantities() == left
    if status == 400:
        assert answer.json() == {
            "error": "Cannot increase quantity. Product is out of stock.",
            "code": "out_of_stock",
            "available": 2 if happens == "short" else 0,
        }


@pytest.mark.parametrize(("happens", "status"), [("short", 400), ("sold out", 400), ("inactive", 404)])
def test_nothing_is_added_to_a_line_above_the_stock(buyer, user, product, happens, status):
    """T-STOCK-1"""
    make_cart({product: 3}, user=user)
    CHANGES[happens][0](product)

    assert add(buyer, product).status_code == status
    assert quantities() == [3]
