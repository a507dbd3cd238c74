"""Every answer that the product's description shows: its status, its keys in their order, its messages.

An answer may hold more keys than are shown, but for the bodies in ``WHOLE``. Messages are the same in every
language.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from partscatalog.catalog.models import Product, ProductImage
from partscatalog.orders.models import Order
from partscatalog.testing import make_cart, make_category, make_product, make_user
from partscatalog.testing.factories import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
REFERENCE = re.compile(r"ORD_[0-9]+_[a-z0-9]{16,}")
PAGE = re.compile(r"https?://\S+")
SOME = re.compile(r".+")

USERS, CARTS, ORDERS, PAYMENTS = "/api/users/", "/api/carts/", "/api/orders/orders/", "/api/payments/"

PERSON = {"id": int, "email": "user@example.com", "first_name": "John", "last_name": "Doe"}
TOKENS = {"access_token": TOKEN, "refresh_token": TOKEN}
CATEGORY = {"id": int, "name": "Engine Parts", "slug": "engine-parts"}
PRODUCT = {
    "id": int,
    "name": "Piston",
    "slug": "piston",
    "category": CATEGORY,
    "price": "2500.00",
    "stock": 50,
    "description": "High quality piston",
    "images": [{"image": PAGE}],
    "is_active": True,
    "created_at": MOMENT,
}
CART = {
    "cart_id": int,
    "total_price": "7500.00",
    "items": [
        {
            "id": int,
            "product": {"id": int, "name": "Piston", "price": "2500.00"},
            "quantity": 3,
            "subtotal": "7500.00",
        }
    ],
}
ORDER = {
    "id": int,
    "user": int,
    "items": [{"id": int, "product": int, "quantity": 3, "price": "2500.00"}],
    "total_amount": "7500.00",
    "status": "pending",
    "is_paid": False,
    "created": MOMENT,
}
STARTED = {"reference": REFERENCE, "access_code": SOME, "authorization_url": PAGE}

NAMES = {"first_name": "John", "last_name": "Doe"}
DELIVERY = {
    "shipping_address": "123 Main St, City",
    "billing_address": "123 Main St, City",
    "phone": "+234123456789",
}


class Shop:
    """A piston in stock, a guest's client, and a buyer's."""

    def __init__(self, guest: Any, signed_in: Callable[[Any], Any], settings: Any) -> None:
        self.guest, self.settings = guest, settings
        self.user = make_user("user@example.com", **NAMES)
        self.buyer = signed_in(self.user)
        self.product = make_product(
            category=make_category("Engine Parts", description="All engine-related parts"),
            description="High quality piston",
        )
        ProductImage.objects.create(product=self.product, image="piston.jpg")

    def post(self, path: str, body: Any = None) -> Any:
        return self.guest.post(path, body, format="json")

    def buy(self, path: str, body: Any = None) -> Any:
        return self.buyer.post(path, body, format="json")

    def adding(self, *, stock: int) -> str:
        """Return where the product is added, of which there is so much."""
        Product.objects.update(stock=stock)
        return f"{CARTS}products/{self.product.pk}/add/"

    def item(self) -> str:
        """Return where the guest's item stands, which is three pieces."""
        for _piece in range(3):
            self.post(self.adding(stock=50))
        return f"{CARTS}items/{self.guest.get(f'{CARTS}products/').json()['items'][0]['id']}/"

    def item_sold_out(self) -> str:
        item = self.item()
        Product.objects.update(stock=3)
        return item

    def cart(self) -> str:
        self.item()
        return f"{CARTS}products/"

    def ordering(self) -> str:
        make_cart({self.product: 3}, user=self.user)
        return f"{ORDERS}create/"

    def order(self, **fields: Any) -> int:
        """Return the buyer's order, with other values in its fields."""
        placed: int = self.buy(self.ordering(), DELIVERY).json()["id"]
        Order.objects.filter(pk=placed).update(**{"note": "", **fields})
        return placed

    def paying(self, **fields: Any) -> str:
        """Return where the order is paid."""
        return f"{PAYMENTS}create/{self.order(**fields)}/"

    def paying_again(self) -> str:
        where = self.paying()
        self.buy(where)
        return where

    def paying_nobody(self) -> str:
        where = self.paying()
        self.settings.PARTSCATALOG = {**self.settings.PARTSCATALOG, "SANDBOX_OUTSIDE_DEBUG": False}
        return where

    def pressed(self, action: str) -> str:
        """Return where the payment is verified whose button was pressed."""
        started = self.buy(self.paying()).json()
        self.guest.post(started["authorization_url"], {"action": action})
        return f"{PAYMENTS}verify/?reference={started['reference']}"


@pytest.fixture(params=["en", "fr"])
def shop(request, api, signed_in, settings):
    # The sandbox under the alias whose answers are shown: no network.
    gateway = {"BACKEND": "partscatalog.payments.sandbox.gateway.SandboxGateway"}
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "PAYMENT_GATEWAY": "paystack",
        "PAYMENT_GATEWAYS": {"paystack": gateway},
    }
    with translation.override(request.param):
        yield Shop(api, signed_in, settings)


Answer = tuple[str, Any, int, Any]
ANSWERS: list[Answer] = [
    (
        "register",
        lambda s: s.post(
            f"{USERS}register/", {"email": "new@example.com", "password": "securepassword", **NAMES}
        ),
        201,
        {**TOKENS, "user_serializer": {**PERSON, "email": "new@example.com"}},
    ),
    (
        "login",
        lambda s: s.post(f"{USERS}login/", {"email": "user@example.com", "password": PASSWORD}),
        200,
        {**TOKENS, "user": PERSON},
    ),
    (
        "categories",
        lambda s: s.guest.get("/api/categories/"),
        200,
        [{**CATEGORY, "description": "All engine-related parts"}],
    ),
    (
        "products of a category",
        lambda s: s.guest.get("/api/categories/engine-parts/products/"),
        200,
        [PRODUCT],
    ),
    ("product", lambda s: s.guest.get("/api/categories/engine-parts/products/piston/"), 200, PRODUCT),
    ("products", lambda s: s.guest.get("/api/products/"), 200, [PRODUCT]),
    ("add", lambda s: s.guest.post(s.adding(stock=1)), 200, {"message": "Added to cart"}),
    ("add nothing", lambda s: s.guest.post(s.adding(stock=0)), 400, {"message": "Product is out of stock!"}),
    ("cart", lambda s: s.guest.get(s.cart()), 200, CART),
    ("empty cart", lambda s: s.guest.get(f"{CARTS}products/"), 200, {"message": "Cart is empty"}),
    (
        "quantity",
        lambda s: s.guest.patch(f"{s.item()}quantity/"),
        200,
        {"message": "Quantity updated", "quantity": 4},
    ),
    (
        "quantity beyond the stock",
        lambda s: s.guest.patch(f"{s.item_sold_out()}quantity/"),
        400,
        {"error": "Cannot increase quantity. Product is out of stock."},
    ),
    ("delete", lambda s: s.guest.delete(f"{s.item()}delete/"), 200, {"deleted": True, "id": int}),
    ("order", lambda s: s.buy(s.ordering(), DELIVERY), 201, ORDER),
    ("orders", lambda s: s.buyer.get(f"{ORDERS}?page_size={s.order() and 50}"), 200, [ORDER]),
    ("one order", lambda s: s.buyer.get(f"{ORDERS}{s.order()}/"), 200, ORDER),
    ("payment", lambda s: s.buy(s.paying()), 200, STARTED),
    (
        "payment of a paid order",
        lambda s: s.buy(s.paying(status="paid")),
        400,
        {"detail": "Order is already paid."},
    ),
    (
        "payment begun already",
        lambda s: s.buy(s.paying_again()),
        400,
        {"detail": "Payment already initialized."},
    ),
    ("payment nowhere", lambda s: s.buy(s.paying_nobody()), 500, {"detail": "Payment gateway error"}),
    (
        "verified",
        lambda s: s.buyer.get(s.pressed("pay")),
        200,
        {"detail": "Payment verified and order marked as paid."},
    ),
    (
        "not verified",
        lambda s: s.buyer.get(s.pressed("decline")),
        400,
        {"detail": "Payment verification failed.", "paystack": {}},
    ),
]
#: Bodies that nothing is added to, byte for byte.
WHOLE = {
    "add": b'{"message":"Added to cart"}',
    "empty cart": b'{"message":"Cart is empty"}',
    "quantity": b'{"message":"Quantity updated","quantity":4}',
    "delete": rb'{"deleted":true,"id":\d+}',
}


def assert_shows(value: Any, shown: Any, at: str = "body") -> None:
    """Every key that is shown is there in the order shown, with the value or of the kind shown."""
    if isinstance(shown, dict):
        assert [key for key in value if key in shown] == [key for key in shown if key in value], at
        assert set(shown) <= set(value), at
        for key in shown:
            assert_shows(value[key], shown[key], f"{at}.{key}")
    elif isinstance(shown, list):
        assert len(value) == len(shown), at
        for each, model in zip(value, shown, strict=True):
            assert_shows(each, model, f"{at}[]")
    elif isinstance(shown, re.Pattern):
        assert shown.fullmatch(value), (at, value)
    elif shown is int:
        assert type(value) is int, (at, value)
    else:
        assert (type(value), value) == (type(shown), shown), at


@pytest.mark.parametrize(
    ("name", "ask", "status", "shown"), [pytest.param(*answer, id=answer[0]) for answer in ANSWERS]
)
def test_an_answer_is_as_the_products_description_shows_it(shop, name, ask, status, shown):
    response = ask(shop)

    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert_shows(json.loads(response.content), shown)
    assert re.fullmatch(WHOLE.get(name, rb".*"), response.content, re.DOTALL)
