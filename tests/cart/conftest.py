"""What a visitor sends to fill a cart, and the ways to carry it to the next request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.test import APIClient

from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import closing
from partscatalog.cart.services.laws import violations

if TYPE_CHECKING:
    from partscatalog.catalog.models import Product

CART = "/api/carts/products/"
ORDERS = "/api/orders/orders/"
EMPTY = {"message": "Cart is empty"}
DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}

#: What proves a guest's cart.
CARRIERS = ["token", "session"]


def add(client: APIClient, product: Product, **body: Any) -> Any:
    return client.post(f"{CART}{product.pk}/add/", body or None, format="json")


def quantity_of(item: int) -> str:
    """Return where the quantity of an item of a cart is changed."""
    return f"/api/carts/items/{item}/quantity/"


def deletion_of(item: int) -> str:
    """Return where an item of a cart is deleted."""
    return f"/api/carts/items/{item}/delete/"


def quantities() -> list[int]:
    return list(CartLine.objects.order_by("pk").values_list("quantity", flat=True))


def problems(client: APIClient) -> list[dict[str, Any]]:
    """Return what is wrong with the client's cart, but for the texts."""
    told = client.get(CART).json().get("problems", [])
    return [
        {key: value for key, value in problem.items() if key not in {"item", "detail"}} for problem in told
    ]


def assert_one_open_cart_of(user: Any) -> None:
    assert list(Cart.objects.open().values_list("user", "open_for")) == [(user.pk, user.pk)]
    assert list(violations()) == []


class Guest:
    """A browser without an account whose cart was made by its first add.

    In a session that is known already the cart is made by the next one, after another was ordered.
    """

    def __init__(self, product: Product, quantity: int = 1, *, has_session: bool = False) -> None:
        self.browser = APIClient()
        if has_session:
            add(self.browser, product)
            closing.close(Cart.objects.latest("pk").pk)
        self.token: str = add(self.browser, product, quantity=quantity).headers["X-Cart-Token"]
        self.cart = Cart.objects.latest("pk")

    def hands_to(self, client: APIClient, by: str) -> APIClient:
        """Let another client carry this guest's cart too, and return it."""
        if by == "session":
            client.cookies.load(dict(self.browser.cookies))
        else:
            client.defaults["HTTP_X_CART_TOKEN"] = self.token
        return client
