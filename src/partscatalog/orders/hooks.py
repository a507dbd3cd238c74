"""Where apps above the orders plug in: orders know nothing of payments.

An app registers in its ``AppConfig.ready()``.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from partscatalog.orders.models import Order


class Expiry(Enum):
    """What a check says of an unpaid order whose time is over."""

    EXPIRE = "expire"
    #: It cannot be known yet whether it was paid; ask again later.
    WAIT = "wait"
    #: It was paid after all, and the check has seen to it.
    PAID = "paid"


#: Asked outside of any transaction before an order expires; the first other answer than EXPIRE decides.
ORDER_EXPIRY_CHECKS: list[Callable[[Order], Expiry]] = []

#: Admin inlines shown with an order, after its lines and history, by dotted path: a site may have no admin.
ORDER_ADMIN_INLINES: list[str] = []
