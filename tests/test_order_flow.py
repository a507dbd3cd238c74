"""The "Complete Order Flow Example" of the product's description, over HTTP, by each way to carry a cart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from bs4 import BeautifulSoup

from partscatalog.orders.models import Order
from partscatalog.testing import make_category, make_product

pytestmark = pytest.mark.django_db(transaction=True)

BUYER = {
    "email": "buyer@example.com",
    "password": "securepass123",
    "first_name": "John",
    "last_name": "Doe",
}
DELIVERY = {"shipping_address": "123 Main St", "phone": "+234123456789"}


@dataclass
class Shopper:
    """An HTTP client with a cookie jar, or without one, and the headers that it sends with every request."""

    base: str
    has_jar: bool
    headers: dict[str, str] = field(default_factory=dict)
    jar: requests.Session = field(default_factory=requests.Session)

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        if not self.has_jar:
            self.jar.cookies.clear()
        return self.jar.request(method, urljoin(self.base, path), headers=headers, timeout=20, **more)

    def signed(self, method: str, path: str, token: str, **more: Any) -> requests.Response:
        return self.send(method, path, headers={"Authorization": f"Bearer {token}"}, **more)

    def press(self, url: str, label: str) -> requests.Response:
        """Press a button of the page's form, as a browser does."""
        page = self.send("GET", url)
        form = BeautifulSoup(page.content, "html.parser").form
        assert form is not None
        button = form.find("button", string=label)
        assert button is not None
        target = urljoin(page.url, str(form.get("action", "")))
        return self.send(str(form["method"]), target, data={str(button["name"]): str(button["value"])})


@pytest.fixture
def piston():
    category = make_category("Engine Parts", description="All engine-related parts")
    return make_product("Piston", category=category, stock=50, description="High quality piston")


def shown(answer: requests.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def register(shopper: Shopper) -> tuple[int, str]:
    """Register the buyer and return their id and access token."""
    body = shown(shopper.send("POST", "/api/users/register/", json=BUYER), 201)
    user = body["user_serializer"]
    assert set(body) >= {"access_token", "refresh_token", "user_serializer"}
    assert {**user, "id": 0} == {
        "id": 0,
        "email": "buyer@example.com",
        "first_name": "John",
        "last_name": "Doe",
    }
    return user["id"], body["access_token"]


def browse(shopper: Shopper) -> int:
    """Look through categories and products and return the id of the part to buy."""
    categories = shown(shopper.send("GET", "/api/categories/"))
    assert [each["slug"] for each in categories] == ["engine-parts"]
    products = shown(shopper.send("GET", f"/api/categories/{categories[0]['slug']}/products/"))
    assert [(each["name"], each["price"], each["stock"]) for each in products] == [("Piston", "2500.00", 50)]
    product: int = products[0]["id"]
    return product


def fill(shopper: Shopper, product: int) -> None:
    """Put three pieces into the cart and look at it."""
    for _piece in range(3):
        added = shopper.send("POST", f"/api/carts/products/{product}/add/")
        assert shown(added) == {"message": "Added to cart"}
        if not shopper.has_jar and "X-Cart-Token" in added.headers:
            shopper.headers["X-Cart-Token"] = added.headers["X-Cart-Token"]
    cart = shown(shopper.send("GET", "/api/carts/products/"))
    item = cart["items"][0]
    assert (cart["total_price"], len(cart["items"])) == ("7500.00", 1)
    assert {key: item["product"][key] for key in ("id", "name", "price")} == {
        "id": product,
        "name": "Piston",
        "price": "2500.00",
    }
    assert (item["quantity"], item["subtotal"]) == (3, "7500.00")
    assert set(cart) >= {"cart_id", "total_price", "items"}


def order(shopper: Shopper, token: str, *, user: int, product: int) -> int:
    """Order what is in the cart, which is empty afterwards, and return the order's id."""
    placed = shown(shopper.signed("POST", "/api/orders/orders/create/", token, json=DELIVERY), 201)
    line = placed["items"][0]
    assert {key: placed[key] for key in ("user", "total_amount", "status", "is_paid")} == {
        "user": user,
        "total_amount": "7500.00",
        "status": "pending",
        "is_paid": False,
    }
    assert (line["product"], line["quantity"], line["price"]) == (product, 3, "2500.00")
    assert shown(shopper.send("GET", "/api/carts/products/")) == {"message": "Cart is empty"}
    placed_id: int = placed["id"]
    return placed_id


def pay(shopper: Shopper, token: str, *, order: int) -> None:
    """Pay the order on the gateway's page, and have it verified."""
    begun = shown(shopper.signed("POST", f"/api/payments/create/{order}/", token))
    assert list(begun) == ["reference", "access_code", "authorization_url"]
    assert begun["reference"].startswith(f"ORD_{order}_")
    back = shopper.press(begun["authorization_url"], "Pay")
    assert (back.status_code, back.history[0].status_code) == (200, 302)
    verified = shopper.signed("GET", f"/api/payments/verify/?reference={begun['reference']}", token)
    assert shown(verified) == {"detail": "Payment verified and order marked as paid."}


@pytest.mark.parametrize("carries", ["cookie", "access token", "cart token"])
def test_a_part_is_bought_from_registering_to_verifying(live_server, settings, piston, carries):
    shopper = Shopper(base=live_server.url, has_jar=carries == "cookie")

    user, token = register(shopper)
    product = browse(shopper)
    if carries == "access token":
        shopper.headers["Authorization"] = f"Bearer {token}"
    fill(shopper, product)
    placed = order(shopper, token, user=user, product=product)
    pay(shopper, token, order=placed)

    paid = shown(shopper.signed("GET", f"/api/orders/orders/{placed}/", token))
    piston.refresh_from_db()
    assert (paid["status"], paid["is_paid"]) == ("paid", True)
    assert [move["to"] for move in paid["history"]] == ["pending", "paid"]
    assert (piston.stock, Order.objects.count()) == (47, 1)
    assert (settings.SESSION_COOKIE_NAME in shopper.jar.cookies) == (carries == "cookie")
    assert ("X-Cart-Token" in shopper.headers) == (carries == "cart token")
