"""Plain functions that make orders; apart from the other factories, as a site may have no orders."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.testing.factories import make_product

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_serial = count(1)


def make_order(user: AbstractBaseUser, total: str = "7500.00", **fields: Any) -> Order:
    """Return the user's pending order of one piece at that price; no stock is taken for it."""
    price = Decimal(total)
    fields = {"number": f"N{next(_serial)}", "currency": "NGN", **fields}
    order = Order.objects.create(user_id=user.pk, total_amount=price, **fields)
    OrderLine.objects.create(
        order=order, product=make_product(price=price), name="Piston", quantity=1, price=price
    )
    OrderEvent.objects.create(order=order, to_status=order.status, by="customer")
    return order
