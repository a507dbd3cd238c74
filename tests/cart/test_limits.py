"""How much a cart may hold, and what a shopper cannot say about it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partscatalog.cart.models import Cart, CartLine
from partscatalog.catalog.models import Product
from partscatalog.orders.models import Order
from partscatalog.testing import make_cart, make_category, make_product, make_user

from .conftest import CART, DELIVERY, ORDERS, add, deletion_of, quantities, quantity_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def buyer(signed_in, user):
    """The user's client."""
    return signed_in(user)


def set_to(client, product, quantity):
    return client.patch(quantity_of(CartLine.objects.get(product=product).pk), {"quantity": quantity})


def one_more(client, product, quantity):
    return client.patch(quantity_of(CartLine.objects.get(product=product).pk))


#: How a line that holds so many pieces comes to hold so many.
WAYS = {
    "added at once": (None, lambda client, product, most: add(client, product, quantity=most)),
    "added to a line": (1, lambda client, product, most: add(client, product, quantity=most - 1)),
    "added to a line lowered to nothing": (
        0,
        lambda client, product, most: add(client, product, quantity=most),
    ),
    "set": (1, set_to),
    "set from nothing": (0, set_to),
}


@pytest.mark.parametrize(("held", "ask"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("stock", "most", "code", "facts"),
    [
        (7, 7, "out_of_stock", {"available": 7}),
        (20_000, 9_999, "cart_limit", {"limit": "quantity", "most": 9_999}),
    ],
    ids=["the stock", "the limit of a line"],
)
def test_a_line_holds_what_there_is_and_not_a_piece_more(buyer, user, held, ask, stock, most, code, facts):
    """T-STOCK-1, T-TAMP-1, T-TAMP-2"""
    product = make_product(stock=stock)
    if held is not None:
        make_cart({product: held}, user=user)

    refused = ask(buyer, product, most + 1)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert facts.items() <= refused.json().items()
    assert quantities() == [held] * (held is not None)

    assert ask(buyer, product, most).status_code == 200
    assert [add(buyer, product).json()["code"], one_more(buyer, product, 1).json()["code"]] == [code] * 2
    assert quantities() == [most]


@pytest.fixture
def full(user):
    """The user's cart with two hundred lines, and a product that it does not hold."""
    category = make_category()
    names = [f"part-{number}" for number in range(201)]
    products = Product.objects.bulk_create(
        Product(name=name, slug=name, category=category, price=1, stock=5) for name in names
    )
    cart = make_cart({}, user=user)
    CartLine.objects.bulk_create(
        CartLine(cart=cart, product=product, quantity=1, seen_price=1) for product in products[:200]
    )
    return cart, products[200]


def test_a_cart_of_two_hundred_lines_takes_no_other_product(buyer, full):
    cart, product = full

    answer = add(buyer, product)

    assert answer.status_code == 400
    assert answer.json() == {
        "message": "The cart holds at most 200 different products.",
        "code": "cart_limit",
        "limit": "lines",
        "most": 200,
    }
    assert cart.lines.count() == 200


def test_a_full_cart_takes_more_of_what_it_holds_and_another_once_there_is_room(buyer, full):
    cart, product = full
    lines = list(cart.lines.all())

    assert add(buyer, lines[0].product).status_code == 200
    assert buyer.patch(quantity_of(lines[1].pk)).status_code == 200
    assert buyer.delete(deletion_of(lines[2].pk)).status_code == 200
    assert add(buyer, product).status_code == 200

    assert cart.lines.count() == 200


@pytest.mark.parametrize("is_theirs", [False, True], ids=["by another", "by the line itself"])
def test_a_line_lowered_to_nothing_takes_no_room_until_it_is_filled(buyer, full, is_theirs):
    cart, product = full
    emptied = cart.lines.earliest("pk")
    cart.lines.filter(pk=emptied.pk).update(quantity=0)

    answer = buyer.patch(quantity_of(emptied.pk)) if is_theirs else add(buyer, product)
    assert answer.status_code == 200
    refused = add(buyer, product if is_theirs else emptied.product)

    assert (refused.status_code, refused.json()["code"]) == (400, "cart_limit")
    assert cart.lines.filter(quantity=1).count() == 200


NOT_THEIRS = ["price", "unit_price", "seen_price", "subtotal", "total_price", "wanted", "currency", "stock"]
NOT_THEIRS += ["product", "product_id", "cart", "cart_id", "id", "user", "open_for", "status"]


def test_what_a_shopper_says_beside_the_quantity_is_ignored(buyer, user):
    """T-TAMP-1, T-TAMP-2, T-MASS-3"""
    product, _other = make_product(), make_product()
    said = dict.fromkeys(NOT_THEIRS, "1")

    buyer.post(f"{CART}{product.pk}/add/", {**said, "quantity": 2}, format="json")
    buyer.patch(quantity_of(CartLine.objects.get().pk), {**said, "quantity": 3}, format="json")

    shown = buyer.get(CART).json()
    assert [(line["product"]["id"], line["quantity"], line["subtotal"]) for line in shown["items"]] == [
        (product.pk, 3, "7500.00")
    ]
    assert (shown["currency"], shown["total_price"], shown["problems"]) == ("NGN", "7500.00", [])
    assert Cart.objects.get().open_for_id == user.pk


@pytest.mark.parametrize(
    ("currency", "prices", "quantity", "total"),
    [
        ("NGN", ["0.01", "0.10", "33.33"], 3, "100.32"),
        ("NGN", ["99999999.99"], 9_999, "999899999900.01"),
        ("JPY", ["1", "2500"], 7, "17507"),
        ("KWD", ["0.001", "2.505"], 3, "7.518"),
    ],
)
def test_a_carts_total_is_its_lines_and_its_orders_to_the_last_decimal(
    buyer, user, settings, currency, prices, quantity, total
):
    """T-MONEY-1, T-MONEY-3"""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CURRENCY": currency}
    products = [make_product(price=Decimal(price), stock=10_000) for price in prices]
    make_cart(dict.fromkeys(products, quantity), user=user)

    shown = buyer.get(CART).json()
    ordered = buyer.post(f"{ORDERS}create/", {**DELIVERY, "expected_total": total}, format="json").json()

    assert [line["product"]["price"] for line in shown["items"]] == prices
    assert shown["total_price"] == total == str(sum(Decimal(line["subtotal"]) for line in shown["items"]))
    assert (ordered["total_amount"], ordered["currency"]) == (total, currency)
    assert [line["subtotal"] for line in ordered["items"]] == [line["subtotal"] for line in shown["items"]]
    assert buyer.get(f"{ORDERS}{ordered['id']}/").json()["total_amount"] == total


@pytest.mark.parametrize("lines", [1, 2])
def test_a_total_past_what_can_be_paid_is_shown_and_not_ordered(buyer, user, lines):
    """T-MONEY-3"""
    price = Decimal("999999999.99") if lines == 1 else Decimal("99999999.99")
    products = [make_product(price=price, stock=9_999) for _ in range(lines)]
    make_cart(dict.fromkeys(products, 9_999), user=user)

    shown = buyer.get(CART).json()
    answer = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    assert shown["total_price"] == str(price * 9_999 * lines)
    assert (answer.status_code, answer.json()["code"]) == (400, "total_too_large")
    assert Order.objects.count() == 0
    assert quantities() == [9_999] * lines
    assert set(Product.objects.values_list("stock", flat=True)) == {9_999}


def test_an_order_asks_todays_price_and_none_of_later(buyer, user):
    """T-MONEY-2"""
    product = make_product()
    make_cart({product: 3}, user=user)
    product.price = Decimal("3000.50")
    product.save()

    answers = [
        buyer.post(f"{ORDERS}create/", {**DELIVERY, "expected_total": total}, format="json")
        for total in ("7500.00", "9001.50")
    ]
    order = f"{ORDERS}{answers[1].json()['id']}/"
    before = buyer.get(order).json()
    product.price = Decimal(1)
    product.save()

    assert (answers[0].status_code, answers[0].json()["total_amount"]) == (409, "9001.50")
    assert (answers[1].status_code, before["total_amount"]) == (201, "9001.50")
    assert buyer.get(order).json() == before
    product.delete()
    lines = [{**line, "product": None} for line in before["items"]]
    assert buyer.get(order).json() == {**before, "items": lines}
