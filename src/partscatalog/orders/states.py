"""The states of an order and the only moves between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    PAID = "paid", _("paid")
    PROCESSING = "processing", _("processing")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    REFUNDED = "refunded", _("refunded")


class Party(models.TextChoices):
    """Who moved an order: a role, never a name."""

    CUSTOMER = "customer", _("customer")
    STAFF = "staff", _("staff")
    GATEWAY = "gateway", _("gateway")
    SYSTEM = "system", _("system")


#: From each state the states that it may go to. Cancelled and expired orders become paid only when
#: staff accept a late payment.
MOVES: Mapping[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.PAID, Status.CANCELLED, Status.EXPIRED}),
    Status.PAID: frozenset({Status.PROCESSING, Status.REFUNDED}),
    Status.PROCESSING: frozenset({Status.SHIPPED, Status.REFUNDED}),
    Status.SHIPPED: frozenset({Status.DELIVERED, Status.REFUNDED}),
    Status.DELIVERED: frozenset({Status.REFUNDED}),
    Status.CANCELLED: frozenset({Status.PAID}),
    Status.EXPIRED: frozenset({Status.PAID}),
    Status.REFUNDED: frozenset(),
}

#: States in which an order holds no stock: what it took was given back.
RELEASED = frozenset({Status.CANCELLED, Status.EXPIRED})


def is_allowed(source: str, target: str) -> bool:
    """Tell whether an order in the one state may go to the other."""
    return target in MOVES.get(source, frozenset())
