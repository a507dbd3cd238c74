"""A process that places orders of prepared carts: through the service, or through the whole door."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.wsgi import get_wsgi_application
from django.db import connection

from benchmarks.worker import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}


class Buyer:
    """Commands of this process; see processes.py."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def make_carts(self, number: int, *, hot: bool) -> int:
        """Prepare so many carts and return the number of the first."""
        from benchmarks.sites.ours import carts

        return carts.make(number, hot=hot)

    def bearers(self, first: int, number: int) -> list[str]:
        """Return the headers that the buyers of these carts send."""
        from benchmarks.sites.ours import carts

        return [carts.bearer(n) for n in range(first, first + number)]

    def buy(self, first: int, number: int, *, seconds: float, door: bool) -> dict[str, float]:
        """Order one cart after the other until the seconds or the carts are over.

        The first is not counted: it imports what an order needs.
        """
        place = self._through_the_door() if door else self._through_the_service()
        place(first)
        began = time.perf_counter()
        placed = 0
        for n in range(first + 1, first + number):
            if time.perf_counter() - began >= seconds:
                break
            place(n)
            placed += 1
        return {"orders": placed, "seconds": time.perf_counter() - began}

    def capture(self) -> dict[str, Any]:
        """Place one order and return its statements as they were sent; see capturing.py."""
        from benchmarks.sites.ours import capturing

        return capturing.capture(self._through_the_service())

    def _through_the_service(self) -> Callable[[int], object]:
        from benchmarks.sites.ours.carts import FIRST_CART, FIRST_USER
        from partscatalog.cart.models import Cart
        from partscatalog.orders.services.placing import Delivery, Placement, place_order

        delivery = Delivery(billing_address=DELIVERY["shipping_address"], **DELIVERY)

        def place(number: int) -> object:
            placement = Placement(
                cart=Cart(pk=FIRST_CART + number),
                user=get_user_model()(pk=FIRST_USER + number),
                delivery=delivery,
                represent=lambda order: {"id": order.pk},
            )
            return place_order(placement)

        connection.ensure_connection()
        return place

    def _through_the_door(self) -> Callable[[int], object]:
        from benchmarks.doors import CREATE_ORDER, verified
        from benchmarks.inprocess import Client
        from benchmarks.sites.ours import carts

        client = Client(self._application)

        def place(number: int) -> object:
            return verified(client.post(CREATE_ORDER, DELIVERY, Authorization=carts.bearer(number)))

        return place


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.sites.ours.settings")
    serve(Buyer(get_wsgi_application()))
