"""What a site puts in place of ours by dotted path is what then answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.permissions import BasePermission

from partscatalog.api.throttles import ScopeThrottle
from partscatalog.cart.services.reading import Problem
from partscatalog.catalog.api.serializers import BrandSerializer, CategorySerializer, ProductSerializer
from partscatalog.catalog.pricing import PriceRule
from partscatalog.orders.api.serializers import OrderSerializer
from partscatalog.orders.models import Order
from partscatalog.orders.numbering import OrderNumber
from partscatalog.testing import make_brand, make_cart, make_category, make_product, make_user

pytestmark = pytest.mark.django_db

DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}


class HalfPrice(PriceRule):
    """Two and more of a signed-in user's cost half."""

    def unit_price(self, product, quantity, user):
        return product.price / 2 if user and quantity > 1 else product.price


class Counting(OrderNumber):
    """Numbers that count."""

    def make(self):
        return f"DL-{Order.objects.count() + 1}"


class Never(ScopeThrottle):
    """Everything is too much."""

    def allow_request(self, request, view):
        return self.scope != "cart"


class Closed(BasePermission):
    """Nobody may."""

    message = "The shop is closed."

    def has_permission(self, request, view):
        return False


class Tagged(serializers.Serializer[Any]):
    """A key beside ours."""

    tag = serializers.ReadOnlyField(default="ours")

    def to_representation(self, instance):
        return {**super().to_representation(instance), "tag": "ours"}


class OurBrand(Tagged, BrandSerializer):
    """A brand with a tag."""


class OurCategory(Tagged, CategorySerializer):
    """A category with a tag."""


class OurProduct(Tagged, ProductSerializer):
    """A product with a tag."""


class OurOrder(Tagged, OrderSerializer):
    """An order with a tag."""

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "tag"]


class Counted(serializers.ListSerializer[Any]):
    """Objects that say how many of them there are."""

    def to_representation(self, data):
        shown = super().to_representation(data)
        return [{**row, "of": len(shown)} for row in shown]


class OurCountedOrder(OrderSerializer):
    """An order that knows in lists how many are shown."""

    class Meta(OrderSerializer.Meta):
        list_serializer_class = Counted


def at_least_three(lines):
    """Ask for three pieces of everything."""
    return [
        Problem(item=line.pk, code="too_few", detail="Take three.", facts={"least": 3})
        for line in lines
        if line.quantity < 3
    ]


def here(thing: Any) -> str:
    return f"{__name__}.{thing.__name__}"


@pytest.fixture
def site(settings):
    def configure(**changes):
        settings.PARTSCATALOG = {**settings.PARTSCATALOG, **changes}

    return configure


@pytest.fixture
def buyer(signed_in):
    return signed_in(make_user("buyer@example.com"))


def test_a_price_rule_prices_cart_and_order_and_not_the_catalog(site, buyer):
    site(PRICE_RULE=here(HalfPrice))
    product = make_product(price=Decimal("2500.00"))

    buyer.post(f"/api/carts/products/{product.pk}/add/", {"quantity": 2})
    cart = buyer.get("/api/carts/products/").json()
    order = buyer.post("/api/orders/orders/create/", DELIVERY).json()
    listed = buyer.get("/api/products/").json()

    assert (cart["total_price"], cart["items"][0]["product"]["price"]) == ("2500.00", "1250.00")
    assert (order["total_amount"], order["items"][0]["price"]) == ("2500.00", "1250.00")
    assert [entry["price"] for entry in listed] == ["2500.00"]


def test_a_maker_of_order_numbers_numbers_the_orders(site, buyer):
    site(ORDER_NUMBER=here(Counting))
    product = make_product()

    buyer.post(f"/api/carts/products/{product.pk}/add/")
    order = buyer.post("/api/orders/orders/create/", DELIVERY).json()

    assert order["number"] == "DL-1"


def test_a_throttle_counts_its_own_way(site, api, settings):
    site(THROTTLE=here(Never), THROTTLES={})

    refused = api.get("/api/carts/products/")
    passed = api.post("/api/users/login/", {"email": "a@example.com", "password": "x"})

    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert passed.status_code == 401


@pytest.mark.parametrize(
    ("name", "ours", "paths"),
    [
        ("brand", OurBrand, ["brands/", "brands/nordwerk/"]),
        ("category", OurCategory, ["categories/", "categories/engine-parts/"]),
        ("product", OurProduct, ["products/", "categories/engine-parts/products/piston/"]),
    ],
)
def test_a_serializer_shows_rows_of_the_catalog_in_lists_and_alone(site, api, name, ours, paths):
    make_product("Piston", category=make_category("Engine Parts"), brand=make_brand("Nordwerk"))
    before = [api.get(f"/api/{path}").json() for path in paths]

    site(SERIALIZERS={name: here(ours)})
    (listed,), shown = (api.get(f"/api/{path}").json() for path in paths)

    assert listed == {**before[0][0], "tag": "ours"}
    assert shown == {**before[1], "tag": "ours"}


def test_a_serializer_shows_orders_wherever_they_are_answered(site, buyer):
    site(SERIALIZERS={"order": here(OurOrder)})
    product = make_product()

    buyer.post(f"/api/carts/products/{product.pk}/add/")
    placed = buyer.post("/api/orders/orders/create/", DELIVERY).json()
    listed = buyer.get("/api/orders/orders/").json()
    shown = buyer.get(f"/api/orders/orders/{placed['id']}/").json()

    assert [placed["tag"], listed[0]["tag"], shown["tag"]] == ["ours", "ours", "ours"]


def test_a_list_of_orders_is_shown_by_the_sites_own_list_serializer(site, buyer):
    site(SERIALIZERS={"order": here(OurCountedOrder)})
    product = make_product()
    for _ in range(2):
        buyer.post(f"/api/carts/products/{product.pk}/add/")
        buyer.post("/api/orders/orders/create/", DELIVERY)

    assert [order["of"] for order in buyer.get("/api/orders/orders/").json()] == [2, 2]


@pytest.mark.parametrize(
    ("app", "paths"),
    [
        ("accounts", ["users/me/"]),
        ("catalog", ["products/", "categories/", "brands/", "categories/engine-parts/products/"]),
        ("cart", ["carts/products/"]),
        ("orders", ["orders/orders/"]),
        ("payments", ["payments/verify/?reference=x"]),
    ],
)
def test_a_permission_of_the_site_is_asked_by_its_app_alone_and_before_the_cache(site, buyer, app, paths):
    others = {"users/me/", "products/", "carts/products/", "orders/orders/"} - set(paths)
    make_product("Piston", category=make_category("Engine Parts"))
    for path in paths:
        buyer.get(f"/api/{path}")

    site(PERMISSIONS={app: [here(Closed)]})

    for path in paths:
        refused = buyer.get(f"/api/{path}")
        assert refused.status_code == 403
        assert refused.json() == {"detail": "The shop is closed.", "code": "permission_denied"}
    assert {buyer.get(f"/api/{path}").status_code for path in others} == {200}


def test_a_check_of_carts_adds_its_problems(site, api):
    site(CART_CHECKS=[here(at_least_three)])
    cart = make_cart({make_product(): 2})

    api.post(f"/api/carts/products/{make_product().pk}/add/", {"quantity": 3})
    api.post(f"/api/carts/products/{cart.lines.get().product_id}/add/", {"quantity": 2})
    shown = api.get("/api/carts/products/").json()

    assert shown["problems"] == [
        {"item": shown["items"][1]["id"], "code": "too_few", "detail": "Take three.", "least": 3}
    ]
