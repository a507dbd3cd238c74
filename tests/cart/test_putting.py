"""Adding to a cart that need not be looked for: the same answers as by the long way, in two statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import finding, putting
from partscatalog.catalog.models import Product
from partscatalog.catalog.pricing import PriceRule
from partscatalog.testing import make_cart, make_category, make_product, make_user
from partscatalog.testing.gateways.shop import client_of

pytestmark = pytest.mark.django_db


def of_a_user(pieces):
    user = make_user()
    make_cart(pieces, user=user)
    return client_of(user)


def of_a_guest(pieces):
    client = APIClient()
    first = make_product()
    assert client.post(f"/api/carts/products/{first.pk}/add/").status_code == 200
    cart = Cart.objects.get()
    CartLine.objects.all().delete()
    for product, quantity in pieces.items():
        CartLine.objects.create(cart=cart, product=product, quantity=quantity, seen_price=1)
    return client


CASES = {
    "a new line": ({}, {}, 2),
    "more of a line": ({"held": 3}, {}, 2),
    "a line that was emptied": ({"held": 0}, {}, 2),
    "all that there is": ({"held": 3}, {}, 7),
    "one more than there is": ({"held": 3}, {}, 8),
    "the most of a line": ({"held": 3}, {"CART_MAX_QUANTITY": 5}, 2),
    "more than a line may hold": ({"held": 3}, {"CART_MAX_QUANTITY": 5}, 3),
    "far more than a line may hold": ({}, {}, 10**15),
    "a line too many": ({"others": 2}, {"CART_MAX_LINES": 2}, 1),
    "the last line": ({"others": 1}, {"CART_MAX_LINES": 2}, 1),
    "a line that is there, in a full cart": ({"held": 1, "others": 1}, {"CART_MAX_LINES": 2}, 1),
    "an emptied line in a full cart": ({"held": 0, "others": 2}, {"CART_MAX_LINES": 2}, 1),
    "a product that is not shown": ({"product": {"is_active": False}}, {}, 1),
    "a product of a hidden category": ({"hidden": True}, {}, 1),
    "a product without stock": ({"product": {"stock": 0}}, {}, 1),
}


@pytest.mark.parametrize("visitor", [of_a_user, of_a_guest])
@pytest.mark.parametrize(("given", "limits", "quantity"), CASES.values(), ids=CASES)
def test_answers_and_changes_as_the_long_way_does(settings, monkeypatch, visitor, given, limits, quantity):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, **limits}
    found = []
    for is_long in (False, True):
        product = make_product(**{"stock": 10, "price": Decimal("12.50"), **given.get("product", {})})
        pieces = {make_product(): 1 for _ in range(given.get("others", 0))}
        client = visitor({**pieces, **({product: given["held"]} if "held" in given else {})})
        if given.get("hidden"):
            Product.objects.filter(pk=product.pk).update(category=make_category(is_active=False))
        if is_long:
            monkeypatch.setattr(finding, "known", lambda visitor: None)
        answer = client.post(f"/api/carts/products/{product.pk}/add/", {"quantity": quantity}, format="json")
        lines = CartLine.objects.filter(product=product).values_list("quantity", "wanted", "seen_price")
        found.append((answer.status_code, answer.json(), list(lines)))
        Cart.objects.all().delete()

    assert found[0] == found[1]


def test_what_a_merge_had_to_lower_is_forgotten_and_the_price_is_the_one_of_today():
    product = make_product(stock=10, price=Decimal("12.50"))
    client = of_a_user({product: 2})
    CartLine.objects.update(wanted=9, seen_price=Decimal("10.00"))

    client.post(f"/api/carts/products/{product.pk}/add/")

    assert CartLine.objects.values_list("quantity", "wanted", "seen_price").get() == (
        3,
        None,
        Decimal("12.50"),
    )


class Half(PriceRule):
    def unit_price(self, product, quantity, user):
        return product.price / 2


def test_a_sites_own_price_is_asked(settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "PRICE_RULE": f"{__name__}.Half"}
    product = make_product(price=Decimal("12.50"))

    of_a_user({}).post(f"/api/carts/products/{product.pk}/add/")

    assert CartLine.objects.get().seen_price == Decimal("6.25")


@pytest.mark.parametrize("product_id", [0, 10**9, 2**63, 10**30])
def test_a_product_that_nobody_has_is_not_found(product_id):
    answer = of_a_user({}).post(f"/api/carts/products/{product_id}/add/")

    assert answer.status_code == 404


def test_a_cart_that_was_ordered_gets_nothing_more(monkeypatch):
    product = make_product()
    client = of_a_guest({})
    Cart.objects.update(status=Cart.Status.ORDERED, open_in=None)

    assert client.post(f"/api/carts/products/{product.pk}/add/").status_code == 200
    assert CartLine.objects.get().cart.status == Cart.Status.OPEN


def test_another_sites_page_changes_no_cart_of_the_session():
    product = make_product()
    client = of_a_guest({})
    before = list(Cart.objects.values())

    answer = client.post(f"/api/carts/products/{product.pk}/add/", headers={"Origin": "https://evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert (list(Cart.objects.values()), CartLine.objects.count()) == (before, 0)


def test_a_line_that_cannot_be_written_is_left_to_the_long_way(monkeypatch):
    def gone(*_):
        raise IntegrityError

    monkeypatch.setattr(putting, "_write_line", gone)
    product = make_product()

    assert of_a_user({}).post(f"/api/carts/products/{product.pk}/add/").status_code == 200
