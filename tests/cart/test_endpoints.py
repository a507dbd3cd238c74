"""The cart's endpoints, body by body."""

from __future__ import annotations

import pytest

from partscatalog.cart.models import Cart, CartLine
from partscatalog.testing import make_cart, make_product, make_user

from .conftest import CART, add, quantities

pytestmark = pytest.mark.django_db


def test_adds_with_an_empty_body(api):
    answer = add(api, make_product())

    assert (answer.status_code, answer.json()) == (200, {"message": "Added to cart"})
    assert quantities() == [1]


def test_shows_what_was_added(api):
    product = make_product()
    add(api, product, quantity=3)

    body = api.get(CART).json()

    line = CartLine.objects.get()
    category = {"id": product.category.pk, "name": product.category.name, "slug": product.category.slug}
    shown = {
        "id": product.pk,
        "name": "Piston",
        "price": "2500.00",
        "slug": "piston",
        "number": None,
        "category": category,
    }
    items = [{"id": line.pk, "product": shown, "quantity": 3, "subtotal": "7500.00"}]
    assert body == {
        "cart_id": line.cart_id,
        "currency": "NGN",
        "total_price": "7500.00",
        "items": items,
        "problems": [],
    }


def test_refuses_the_piece_beyond_the_stock(api):
    """T-STOCK-1."""
    product = make_product(stock=1)
    add(api, product)

    answer = add(api, product)

    assert answer.status_code == 400
    assert answer.json() == {"message": "Product is out of stock!", "code": "out_of_stock", "available": 1}
    assert quantities() == [1]


def test_says_that_an_empty_cart_is_empty_and_sets_no_cookie(api):
    """T-SESS-4."""
    answer = api.get(CART)

    assert (answer.status_code, answer.json()) == (200, {"message": "Cart is empty"})
    assert not answer.cookies


def test_a_refused_first_add_leaves_no_cart(api):
    answer = add(api, make_product(stock=0))

    assert answer.status_code == 400
    assert not Cart.objects.exists()


@pytest.mark.parametrize("path", ["999999", "9" * 30])
def test_an_unknown_product_is_not_found(api, path):
    answer = api.post(f"{CART}{path}/add/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not Cart.objects.exists()


def test_an_inactive_product_looks_like_a_missing_one(api):
    """T-IDOR-5."""
    hidden = add(api, make_product(is_active=False))
    missing = api.post(f"{CART}999999/add/")

    assert (hidden.status_code, hidden.json()) == (missing.status_code, missing.json())


@pytest.mark.parametrize(
    "quantity", [-1, 0, 2 * 10**9 + 1, 2**63, 1.5, "NaN", [2], True, {}, "1e3", "1_0", None]
)
def test_refuses_a_quantity_that_is_none(api, quantity):
    """T-TAMP-1, T-TAMP-2."""
    product = make_product()
    add(api, product)
    item = CartLine.objects.get().pk

    answers = [
        api.post(f"{CART}{product.pk}/add/", {"quantity": quantity}, format="json"),
        api.patch(f"/api/carts/items/{item}/quantity/", {"quantity": quantity}, format="json"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(400, "invalid")] * 2
    assert quantities() == [1]


def test_refuses_more_pieces_than_a_line_may_hold(api):
    answer = add(api, make_product(stock=20_000), quantity=10_000)

    assert (answer.status_code, answer.json()["code"]) == (400, "cart_limit")


def test_an_empty_patch_adds_one_and_a_quantity_sets(api):
    add(api, make_product())
    url = f"/api/carts/items/{CartLine.objects.get().pk}/quantity/"

    assert api.patch(url).json() == {"message": "Quantity updated", "quantity": 2}
    assert api.patch(url, {"quantity": 7}, format="json").json()["quantity"] == 7
    assert quantities() == [7]


def test_refuses_to_raise_a_line_past_the_stock(api):
    """T-STOCK-1."""
    add(api, make_product(stock=1))

    answer = api.patch(f"/api/carts/items/{CartLine.objects.get().pk}/quantity/")

    assert answer.status_code == 400
    assert answer.json()["error"] == "Cannot increase quantity. Product is out of stock."
    assert quantities() == [1]


def test_deletes_a_line(api):
    add(api, make_product())
    item = CartLine.objects.get().pk

    answer = api.delete(f"/api/carts/items/{item}/delete/")

    assert (answer.status_code, answer.json()) == (200, {"deleted": True, "id": item})
    assert quantities() == []


def test_empties_the_cart(api):
    add(api, make_product())

    assert api.delete(CART).status_code == 204
    assert api.get(CART).json() == {"message": "Cart is empty"}


def test_a_foreign_line_is_not_found(api):
    """T-IDOR-3."""
    item = make_cart({make_product(): 2}).lines.get().pk
    add(api, make_product("Ring"))

    changed = api.patch(f"/api/carts/items/{item}/quantity/")
    deleted = api.delete(f"/api/carts/items/{item}/delete/")

    assert (changed.status_code, deleted.status_code) == (404, 404)
    assert quantities() == [2, 1]


def test_a_token_opens_the_cart_without_cookies(api, client):
    token = add(api, make_product()).headers["X-Cart-Token"]

    assert client.get(CART, headers={"X-Cart-Token": token}).json()["total_price"] == "2500.00"
    assert client.get(CART, headers={"X-Cart-Token": token + "x"}).json() == {"message": "Cart is empty"}


def test_another_sites_page_cannot_change_the_sessions_cart(api):
    """T-CSRF-1."""
    product = make_product()
    add(api, product)

    answer = api.post(f"{CART}{product.pk}/add/", headers={"Origin": "https://evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert quantities() == [1]


def test_a_guests_cart_is_merged_once_and_never_past_the_stock(api, signed_in):
    """T-SESS-6."""
    product = make_product(stock=4)
    user = make_user()
    make_cart({product: 3}, user=user)
    token = add(api, product, quantity=3).headers["X-Cart-Token"]

    bodies = [signed_in(user).get(CART, headers={"X-Cart-Token": token}).json() for _ in range(2)]

    assert bodies[0] == bodies[1]
    assert quantities() == [4]
    assert [(each["code"], each["wanted"]) for each in bodies[0]["problems"]] == [("reduced", 6)]


def test_a_user_without_a_cart_adopts_the_guests(api, signed_in):
    user = make_user()
    token = add(api, make_product()).headers["X-Cart-Token"]

    signed_in(user).get(CART, headers={"X-Cart-Token": token})

    assert Cart.objects.get().open_for_id == user.pk
    assert api.get(CART).json() == {"message": "Cart is empty"}


def test_adding_costs_six_statements_and_looking_four(signed_in, statements):
    shop = signed_in(make_user())
    product = make_product()
    add(shop, product)

    with statements() as adding:
        add(shop, product)
    with statements() as looking:
        shop.get(CART)

    assert (len(adding) <= 6, len(looking) <= 4) == (True, True)
