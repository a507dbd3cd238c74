"""Signals for the host, sent after the commit; a receiver that fails harms nobody else.

Each has the argument ``order``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.dispatch import Signal

if TYPE_CHECKING:
    from partscatalog.orders.models import Order

#: An order was placed; its stock is taken.
order_placed = Signal()
#: An order became paid; once per order.
order_paid = Signal()
#: An order was cancelled or expired; its stock is back.
order_cancelled = Signal()


def announce(signal: Signal, order: Order) -> None:
    """Send the signal once the current transaction has committed."""
    transaction.on_commit(lambda: signal.send_robust(sender=type(order), order=order), robust=True)
