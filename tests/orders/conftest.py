"""A buyer with a client, and what an order is placed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partscatalog.orders.models import Order
from partscatalog.orders.services.placing import Delivery, Placement, place_order
from partscatalog.testing import make_cart, make_user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from rest_framework.test import APIClient

    from partscatalog.catalog.models import Product

URL = "/api/orders/orders/"
CREATE = "/api/orders/orders/create/"
DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}


def place(user: AbstractBaseUser, quantities: Mapping[Product, int]) -> Order:
    """Return an order of the user, placed as every order is."""
    placement = Placement(
        cart=make_cart(quantities, user=user),
        user=user,
        delivery=Delivery(
            shipping_address="123 Main St", billing_address="123 Main St", phone="+234123456789"
        ),
        represent=lambda order: {"id": order.pk},
    )
    return Order.objects.get(pk=place_order(placement)["id"])


@pytest.fixture
def buyer():
    return make_user("buyer@example.com")


@pytest.fixture
def shop(buyer, signed_in) -> APIClient:
    """The buyer's client."""
    client: APIClient = signed_in(buyer)
    return client
