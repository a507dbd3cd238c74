"""The doors of django-oscar-api that do what ours do."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from benchmarks.doors import FULL_CART, LINES, verified
from benchmarks.inprocess import HOST, Request
from benchmarks.sites.oscar.loading import BUYER, COUNTRY, PASSWORD

if TYPE_CHECKING:
    from benchmarks.doors import Door
    from benchmarks.inprocess import Client

ADDRESS = {
    "first_name": "John",
    "last_name": "Doe",
    "line1": "123 Main St",
    "line4": "City",
    "postcode": "100001",
    "country": f"http://{HOST}/api/countries/{COUNTRY}/",
}


class Oscar:
    def __init__(self, client: Client) -> None:
        self.client = client
        shown = verified(client.get("/api/products/")).json()["results"][0]
        self._detail = f"/api/products/{shown['id']}/"
        self._product = count()

    def doors(self) -> dict[str, Door]:
        return {
            "list of 20": lambda: Request("/api/products/"),
            "list of 20, prefetched": lambda: Request("/api/prefetched/"),
            "detail": lambda: Request(self._detail),
            "add to cart": self.add,
            "order of 3 lines": self.order,
        }

    def add(self) -> Request:
        """Add a product that the visitor's basket does not hold yet."""
        product = next(self._product)
        if product % FULL_CART == 0:
            self.client.leave()
            verified(self.client.ask(self._adding(FULL_CART)))
        return self._adding(product % FULL_CART)

    def order(self) -> Request:
        self.client.leave()
        verified(self.client.post("/api/login/", {"username": BUYER, "password": PASSWORD}))
        for product in range(LINES):
            verified(self.client.ask(self._adding(product)))
        basket = verified(self.client.get("/api/basket/")).json()["url"]
        sent = {"basket": basket, "shipping_address": ADDRESS, "shipping_method_code": "free-shipping"}
        return self._request("/api/checkout/", sent)

    def _adding(self, product: int) -> Request:
        sent = {"url": f"http://{HOST}/api/products/{product + 1}/", "quantity": 1}
        return self._request("/api/basket/add-product/", sent)

    def _request(self, path: str, sent: object) -> Request:
        token = self.client.cookies.get("csrftoken", "")
        return self.client.request(
            path, method="POST", sent=sent, **({"X_CSRFToken": token} if token else {})
        )


def doors(client: Client) -> dict[str, Door]:
    return Oscar(client).doors()
