"""What is asked of every shop: the paths of product.md, each as a door that makes its request, untimed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.core.cache import caches

from benchmarks.inprocess import Answer, Request

if TYPE_CHECKING:
    from benchmarks.inprocess import Client

#: Gets everything ready and returns the request to be timed.
Door = Callable[[], Request]

LIST = "/api/products/?page_size=20"
CATEGORIES = "/api/categories/"
FACETS = "/api/products/facets/"
CREATE_ORDER = "/api/orders/orders/create/"
DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}
LINES = 3
#: A cart that holds so many lines is left for a new one.
FULL_CART = 100


class Absent(Exception):
    """The site has no such door."""


def verified(answer: Answer, asked: str = "") -> Answer:
    """Return an answer that succeeded.

    :raises RuntimeError: for any other; its figures would be of another thing.
    """
    if answer.status >= 400:
        raise RuntimeError(f"{asked} {answer.status}: {answer.body[:500]!r}".strip())
    return answer


def forget() -> None:
    """Empty every cache of the site, so that the next answer is made anew."""
    for alias in settings.CACHES:
        caches[alias].clear()


class Shop:
    """The doors of one shop, asked by one visitor."""

    def __init__(self, client: Client) -> None:
        self.client = client
        shown = verified(client.get(LIST)).json()[0]
        self.detail = f"/api/categories/{shown['category']['slug']}/products/{shown['slug']}/"
        #: The first products are sold in any number; see loading.
        self._product = count()
        #: One who signs in has cookies of their own.
        self.buyer = client.another()
        self._bought = count()
        self._buying = ""
        self._token = ""

    def doors(self) -> dict[str, Door]:
        return {
            "cached list of 20": lambda: Request(LIST),
            "cached list of 20, gzip": lambda: Request(LIST, headers={"Accept-Encoding": "gzip"}),
            "cached list of 20, signed in": lambda: Request(
                LIST, headers={"Authorization": self._signed_in()}
            ),
            "cached detail": lambda: Request(self.detail),
            "cached categories": lambda: Request(CATEGORIES),
            "cached facets": self.facets,
            "304": self.unchanged,
            "uncached list of 20": lambda: forgotten(self.client, LIST),
            "uncached detail": lambda: forgotten(self.client, self.detail),
            "uncached categories": lambda: forgotten(self.client, CATEGORIES),
            "add to cart": self.add,
            "add to cart, signed in": self.add_signed_in,
            "cart of 3 lines": self.cart,
            "order of 3 lines": self.order,
        }

    def facets(self) -> Request:
        if self.client.get(FACETS).status == 404:
            raise Absent
        return Request(FACETS)

    def unchanged(self) -> Request:
        etag = verified(self.client.get(LIST)).header("ETag")
        if not etag:
            raise Absent
        return Request(LIST, headers={"If-None-Match": etag})

    def add(self) -> Request:
        """Add a product that the visitor's cart does not hold yet."""
        product = next(self._product)
        if product % FULL_CART == 0:
            self.client.leave()
            verified(self.client.post(self._adding(FULL_CART)))
        return self.client.request(self._adding(product % FULL_CART), method="POST")

    def add_signed_in(self) -> Request:
        """The same of a buyer, who registers anew when the cart is full."""
        product = next(self._bought)
        if product % FULL_CART == 0:
            self.buyer.leave()
            self._buying = self._registered()
            verified(self.buyer.post(self._adding(FULL_CART), Authorization=self._buying))
        return self.buyer.request(
            self._adding(product % FULL_CART), method="POST", Authorization=self._buying
        )

    def cart(self) -> Request:
        self._fill(LINES)
        return self.client.request("/api/carts/products/")

    def order(self) -> Request:
        token = self._signed_in()
        self._fill(LINES, Authorization=token)
        return self.client.request(CREATE_ORDER, method="POST", sent=DELIVERY, Authorization=token)

    def _fill(self, lines: int, **headers: str) -> None:
        self.client.leave()
        for product in range(lines):
            verified(self.client.post(self._adding(product), **headers))

    def _adding(self, product: int) -> str:
        return f"/api/carts/products/{product + 1}/add/"

    def _signed_in(self) -> str:
        """Return what the ``Authorization`` header of one buyer says, who registers once."""
        self._token = self._token or self._registered()
        return self._token

    def _registered(self) -> str:
        person = {"email": f"{uuid4().hex}@example.com", "first_name": "John", "last_name": "Doe"}
        account = self.client.post("/api/users/register/", {**person, "password": "three-blue-pistons"})
        return f"Bearer {verified(account).json()['access_token']}"


def forgotten(client: Client, path: str) -> Request:
    """Return a request whose answer is in no cache; the site has answered another one since."""
    forget()
    verified(client.get(LIST if path == CATEGORIES else CATEGORIES))
    return Request(path)
