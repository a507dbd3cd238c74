"""What becomes of a guest's cart when its guest signs in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from partscatalog.api import tokens
from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import merging
from partscatalog.catalog.models import Product
from partscatalog.orders.models import Order
from partscatalog.testing import make_cart, make_product, make_user
from partscatalog.testing.factories import PASSWORD

from .conftest import (
    CARRIERS,
    CART,
    DELIVERY,
    EMPTY,
    ORDERS,
    Guest,
    add,
    assert_one_open_cart_of,
    deletion_of,
    problems,
    quantities,
    quantity_of,
)

pytestmark = pytest.mark.django_db


def short(available):
    return [{"code": "short_stock", "available": available}]


def reduced(wanted):
    return [{"code": "reduced", "wanted": wanted}]


#: Pieces in the guest's cart, in the user's (None: no cart), in stock; then the line and its problems.
MATRIX = [
    (0, None, 50, [], []),
    (0, 0, 50, [], []),
    (0, 2, 50, [2], []),
    (0, 2, 1, [2], short(1)),
    (0, 2, 0, [2], short(0)),
    (3, None, 50, [3], []),
    (3, None, 2, [3], short(2)),
    (3, None, 0, [3], short(0)),
    (3, 0, 50, [3], []),
    (3, 0, 3, [3], []),
    (3, 0, 2, [2], reduced(3)),
    (3, 0, 0, [0], reduced(3)),
    (3, 2, 50, [5], []),
    (3, 2, 5, [5], []),
    (3, 2, 4, [4], reduced(5)),
    (3, 2, 1, [1], reduced(5)),
    (3, 2, 0, [0], reduced(5)),
]


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def buyer(signed_in, user):
    """The user's client."""
    return signed_in(user)


def stocked(product, stock):
    """Leave so many pieces of the product, whatever carts hold."""
    Product.objects.filter(pk=product.pk).update(stock=stock)


@pytest.mark.parametrize("by", CARRIERS)
@pytest.mark.parametrize(("theirs", "own", "stock", "held", "told"), MATRIX)
def test_quantities_add_up_once_and_never_past_the_stock(buyer, user, by, theirs, own, stock, held, told):
    """T-SESS-6"""
    product = make_product()
    guest = Guest(product, theirs or 1)
    if not theirs:
        guest.browser.delete(CART)
    if own is not None:
        make_cart({product: own} if own else {}, user=user)
    stocked(product, stock)
    guest.hands_to(buyer, by)

    shown = [buyer.get(CART).json() for _ in range(3)]

    assert shown[0] == shown[1] == shown[2]
    assert [item["quantity"] for item in shown[0].get("items", [])] == quantities() == held
    assert problems(buyer) == told
    assert guest.browser.get(CART).json() == EMPTY
    assert_one_open_cart_of(user)


#: What the first request may be, and the pieces in the cart or order after it.
FIRST = {
    "looking": (lambda client, product, item: client.get(CART), 5),
    "looking by HEAD": (lambda client, product, item: client.head(CART), 5),
    "adding": (lambda client, product, item: add(client, product), 6),
    "changing": (lambda client, product, item: client.patch(quantity_of(item)), 6),
    "deleting": (lambda client, product, item: client.delete(deletion_of(item)), 0),
    "ordering": (lambda client, product, item: client.post(f"{ORDERS}create/", DELIVERY, format="json"), 5),
}


@pytest.mark.parametrize("by", CARRIERS)
@pytest.mark.parametrize(("first", "held"), FIRST.values(), ids=FIRST)
def test_the_first_request_merges_whatever_it_asks_for(buyer, user, by, first, held):
    """T-SESS-6"""
    product = make_product()
    item = make_cart({product: 2}, user=user).lines.get().pk
    Guest(product, 3).hands_to(buyer, by)

    answer = first(buyer, product, item)

    assert answer.status_code in {200, 201}
    assert sum(quantities()) == held
    assert Cart.objects.guests().count() == 0


def test_lines_of_other_products_come_over_with_the_prices_that_were_seen(buyer, user):
    own, shared, theirs = (make_product(name) for name in ("Own", "Shared", "Theirs"))
    make_cart({own: 1, shared: 1}, user=user)
    guest = Guest(theirs, 2)
    add(guest.browser, shared)
    Product.objects.update(price=Decimal("2600.00"))
    guest.hands_to(buyer, "token")

    shown = buyer.get(CART).json()

    held = {item["product"]["name"]: item["quantity"] for item in shown["items"]}
    assert held == {"Own": 1, "Shared": 2, "Theirs": 2}
    assert shown["total_price"] == "13000.00"
    assert problems(buyer) == [{"code": "price_changed", "was": "2500.00", "now": "2600.00"}] * 3


def test_a_cart_by_token_and_another_by_session_both_come_over(buyer, user):
    products = [make_product(), make_product()]
    for product, by in zip(products, CARRIERS, strict=True):
        Guest(product).hands_to(buyer, by)

    shown = buyer.get(CART).json()

    assert [item["product"]["id"] for item in shown["items"]] == [product.pk for product in products]
    assert_one_open_cart_of(user)


@pytest.mark.parametrize("by", CARRIERS)
@pytest.mark.parametrize("has_cart", [False, True], ids=["adopted", "merged"])
def test_what_came_to_one_user_neither_comes_nor_shows_to_another(signed_in, buyer, user, by, has_cart):
    """T-SESS-6, T-IDOR-4"""
    product = make_product()
    if has_cart:
        make_cart({product: 2}, user=user)
    guest = Guest(product, 3)
    second, own = guest.hands_to(signed_in(make_user()), by), make_product()
    add(guest.hands_to(buyer, by), make_product())
    before = quantities()

    assert second.get(CART).json() == EMPTY
    add(second, own)

    assert [item["product"]["id"] for item in second.get(CART).json()["items"]] == [own.pk]
    assert second.patch(quantity_of(CartLine.objects.earliest("pk").pk)).status_code == 404
    assert quantities() == [*before, 1]


@pytest.mark.parametrize("path", ["login", "register"])
@pytest.mark.parametrize("by", CARRIERS)
def test_login_and_register_do_nothing_to_carts(user, by, path):
    client = Guest(make_product()).hands_to(APIClient(), by)
    email = user.email if path == "login" else "new@example.com"

    answer = client.post(f"/api/users/{path}/", {"email": email, "password": PASSWORD}, format="json")

    assert answer.status_code in {200, 201}
    assert Cart.objects.guests().count() == 1
    assert [item["quantity"] for item in client.get(CART).json()["items"]] == [1]


@pytest.mark.parametrize(
    ("path", "status"), [(CART, 200), (f"{ORDERS}create/", 401)], ids=["a cart needs none", "an order does"]
)
def test_a_bad_access_token_merges_nothing(user, later, path, status):
    """T-SESS-6"""
    guest = Guest(make_product())
    token = tokens.issue(user, "access")
    method = "get" if path == CART else "post"

    with later(hours=1):
        answer = getattr(guest.browser, method)(path, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == status
    assert Cart.objects.guests().get() == guest.cart


@pytest.mark.parametrize("by", CARRIERS)
@pytest.mark.parametrize("own", [0, 2], ids=["an empty cart", "a filled one"])
def test_an_order_whose_own_merge_lowered_a_quantity_orders_nothing_and_keeps_the_merge(buyer, user, by, own):
    """T-SESS-6"""
    product = make_product(stock=4)
    make_cart({product: own} if own else {}, user=user)
    guest = Guest(product, 3)
    stocked(product, 2)
    guest.hands_to(buyer, by)

    answers = [buyer.post(f"{ORDERS}create/", DELIVERY, format="json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [409, 201]
    assert answers[0].json() == {
        "detail": "The cart was changed. Look at it before you order.",
        "code": "cart_changed",
    }
    assert [line["quantity"] for line in answers[1].json()["items"]] == [2]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("own", "stock", "status", "code"),
    [(None, 3, 201, None), (2, 5, 201, None), (None, 2, 400, "out_of_stock")],
    ids=["adopted", "merged", "adopted and short"],
)
def test_an_order_whose_merge_lowered_nothing_is_placed_or_refused_as_ever(
    buyer, user, own, stock, status, code
):
    product = make_product()
    if own:
        make_cart({product: own}, user=user)
    guest = Guest(product, 3)
    stocked(product, stock)
    guest.hands_to(buyer, "token")

    answer = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_a_line_lowered_to_nothing_stays_unpriced_and_is_not_ordered(buyer, user):
    gone, sold = make_product("Gone"), make_product("Sold")
    make_cart({sold: 1}, user=user)
    guest = Guest(gone, 3)
    stocked(gone, 0)
    guest.hands_to(buyer, "token")

    shown = buyer.get(CART).json()
    ordered = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    assert [(item["quantity"], item["subtotal"]) for item in shown["items"]] == [(1, "2500.00"), (0, "0.00")]
    assert shown["total_price"] == "2500.00"
    assert ordered.status_code == 201
    assert [line["product"] for line in ordered.json()["items"]] == [sold.pk]


def test_a_cart_of_nothing_but_such_lines_has_nothing_to_order(buyer, user):
    """T-ORDER-1"""
    product = make_product()
    make_cart({}, user=user)
    guest = Guest(product)
    stocked(product, 0)
    guest.hands_to(buyer, "token").get(CART)

    answer = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "cart_empty")


CHANGES = {
    "one more": lambda client, product, item: client.patch(quantity_of(item)),
    "set to what it is": lambda client, product, item: client.patch(quantity_of(item), {"quantity": 4}),
    "lowered": lambda client, product, item: client.patch(quantity_of(item), {"quantity": 1}),
    "added to": lambda client, product, item: add(client, product),
    "deleted": lambda client, product, item: client.delete(deletion_of(item)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_lowered_is_told_until_that_line_is_changed(buyer, user, change):
    product = make_product(stock=4)
    item = make_cart({product: 2}, user=user).lines.get().pk
    Guest(product, 3).hands_to(buyer, "token")
    add(buyer, make_product())
    stocked(product, 9)

    assert problems(buyer) == reduced(5)
    assert change(buyer, product, item).status_code == 200
    assert problems(buyer) == []


def test_what_is_wanted_is_kept_through_a_second_merge(buyer, user):
    product = make_product(stock=4)
    make_cart({product: 2}, user=user)
    for quantity in (3, 4):
        Guest(product, quantity).hands_to(buyer, "token")
        buyer.get(CART)

    assert quantities() == [4]
    assert problems(buyer) == reduced(9)


def test_a_merge_fills_a_line_no_further_than_its_limit(buyer, user, settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CART_MAX_QUANTITY": 5}
    product = make_product()
    make_cart({product: 3}, user=user)
    Guest(product, 4).hands_to(buyer, "token")

    assert problems(buyer) == reduced(7)
    assert quantities() == [5]


@pytest.mark.parametrize(("theirs", "held"), [(1, [1, 1, 1]), (2, [1, 1, 1, 0]), (5, [1, 1, 1, 0, 0, 0])])
def test_a_merge_fills_no_more_lines_than_a_cart_has_and_tells_of_as_many_again(
    buyer, user, settings, theirs, held
):
    """Two lines of the user's own and a limit of three; what is past twice that is left behind."""
    make_cart({make_product(): 1, make_product(): 1}, user=user)
    guest = Guest(make_product())
    for _ in range(theirs - 1):
        add(guest.browser, make_product())
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CART_MAX_LINES": 3}
    guest.hands_to(buyer, "token")

    answer = buyer.post(f"{ORDERS}create/", DELIVERY, format="json")

    lines = CartLine.objects.exclude(cart=guest.cart).order_by("pk")
    assert list(lines.values_list("quantity", flat=True)) == held
    assert answer.status_code == (201 if theirs == 1 else 409)
    assert problems(buyer) == reduced(1) * held.count(0)


@pytest.mark.parametrize(
    ("brings", "held", "status"),
    [("filled", [3, 0], 201), ("lowered", [1, 0], 409), ("other", [1, 0], 409)],
    ids=["a product with a line", "one whose line was lowered to nothing", "one that is left behind"],
)
def test_a_full_cart_takes_over_what_it_has_a_line_for(buyer, user, settings, brings, held, status):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CART_MAX_LINES": 1}
    products = {name: make_product(name) for name in ("filled", "lowered", "other")}
    make_cart({products["filled"]: 1, products["lowered"]: 0}, user=user)
    guest = Guest(products[brings], 2)

    answer = guest.hands_to(buyer, "token").post(f"{ORDERS}create/", DELIVERY, format="json")

    lines = CartLine.objects.exclude(cart=guest.cart).order_by("pk")
    assert answer.status_code == status
    assert list(lines.values_list("quantity", flat=True)) == held


def test_who_comes_second_with_a_guests_cart_gets_nothing_of_it(user):
    """T-SESS-6"""
    second = make_user()
    make_cart({}, user=second)
    guest = make_cart({make_product(): 3})

    assert [merging.merge(guest=guest, user=each) for each in (user, second)] == [False, False]

    assert CartLine.objects.get().cart.open_for_id == user.pk
    assert Cart.objects.for_user(second).get().lines.count() == 0
