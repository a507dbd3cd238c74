"""The orders' tables."""

from __future__ import annotations

from partscatalog.orders.models.event import OrderEvent
from partscatalog.orders.models.idempotency import IdempotencyRecord
from partscatalog.orders.models.order import Order, OrderLine
from partscatalog.orders.states import Status

__all__ = ["IdempotencyRecord", "Order", "OrderEvent", "OrderLine", "Status"]
