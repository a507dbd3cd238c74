"""The states of a payment, the only moves between them, and why money may need a human."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(models.TextChoices):
    #: The row is there, the gateway is being asked to open it.
    CREATED = "created", _("created")
    #: The buyer has a page to pay on.
    OPEN = "open", _("open")
    #: The money is there and has paid the order.
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("expired")
    #: Nobody can say whether the gateway opened it.
    UNKNOWN = "unknown", _("unknown")
    REFUNDED = "refunded", _("refunded")
    PARTIALLY_REFUNDED = "partially_refunded", _("partially refunded")
    DISPUTED = "disputed", _("disputed")


class Review(models.TextChoices):
    """Why money that came in does not fit, and a human has to decide."""

    REFERENCE = "reference", _("the gateway speaks of another payment")
    AMOUNT = "amount", _("the amount is another than was asked for")
    CURRENCY = "currency", _("the currency is another than was asked for")
    MODE = "mode", _("test money for a real payment, or the other way round")
    ORDER_CHANGED = "order_changed", _("the order was changed after the payment began")
    PAID_TWICE = "paid_twice", _("the order was paid already")
    ORDER_CANCELLED = "order_cancelled", _("the order was cancelled before")
    ORDER_EXPIRED = "order_expired", _("the order expired before")


#: States in which an attempt holds its order: no other is begun beside it.
HOLDING = frozenset({State.CREATED, State.OPEN})

#: States that no word of a gateway moves back: only refunds and disputes do.
SETTLED = frozenset({State.PAID, State.REFUNDED, State.PARTIALLY_REFUNDED, State.DISPUTED})

#: From each state the states that it may go to. Failed, expired and unknown attempts may still be paid.
MOVES: Mapping[str, frozenset[State]] = {
    State.CREATED: frozenset({State.OPEN, State.PAID, State.FAILED, State.EXPIRED, State.UNKNOWN}),
    State.OPEN: frozenset({State.PAID, State.FAILED, State.EXPIRED}),
    State.UNKNOWN: frozenset({State.PAID, State.FAILED, State.EXPIRED}),
    State.FAILED: frozenset({State.PAID}),
    State.EXPIRED: frozenset({State.PAID}),
    State.PAID: frozenset({State.PARTIALLY_REFUNDED, State.REFUNDED, State.DISPUTED}),
    State.PARTIALLY_REFUNDED: frozenset({State.PAID, State.REFUNDED, State.DISPUTED}),
    State.REFUNDED: frozenset({State.PAID, State.PARTIALLY_REFUNDED, State.DISPUTED}),
    State.DISPUTED: frozenset({State.PAID, State.PARTIALLY_REFUNDED, State.REFUNDED}),
}


def is_allowed(source: str, target: State) -> bool:
    """Tell whether a payment in the one state may go to the other."""
    return target in MOVES[source]
