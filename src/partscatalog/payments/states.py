"""The states of a payment, the only moves between them, and why money may need a human."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrPromise


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
    DISPUTED = "disputed", _("the buyer disputes it")
    REFUND_FAILED = "refund_failed", _("a refund failed, the money came back")


class RefundState(models.TextChoices):
    #: The row is there, the gateway is being asked to give the money back.
    CREATED = "created", _("created")
    #: The gateway took it on; the money is on its way.
    PENDING = "pending", _("pending")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    #: Nobody can say whether the gateway took it on.
    UNKNOWN = "unknown", _("unknown")


#: Reasons for which staff may take the money as the order's payment after all.
ACCEPTABLE = frozenset(
    {
        Review.AMOUNT,
        Review.CURRENCY,
        Review.ORDER_CHANGED,
        Review.ORDER_CANCELLED,
        Review.ORDER_EXPIRED,
    }
)

#: Reasons that end when staff have seen to them elsewhere: nothing is taken or given back.
DISMISSIBLE = frozenset({Review.REFERENCE, Review.MODE, Review.DISPUTED, Review.REFUND_FAILED})

#: Those of which the gateway says the same for ever: what was dismissed for one is not flagged for it again.
LASTING = frozenset({Review.REFERENCE, Review.MODE})

#: What staff may do about money that needs review.
ADVICE: Mapping[str, StrPromise] = {
    Review.REFERENCE: _("Look it up at the provider. Dismiss it when no money came for this order."),
    Review.AMOUNT: _("Accept it when the difference is settled, or refund it."),
    Review.CURRENCY: _("Accept it when it is worth the total, or refund it."),
    Review.MODE: _("No real money moved. Dismiss it, and check the gateway's key."),
    Review.ORDER_CHANGED: _("Accept it when the difference is settled, or refund it."),
    Review.PAID_TWICE: _("Refund it: another payment has paid the order."),
    Review.ORDER_CANCELLED: _("Accept it to take the stock again and go on, or refund it."),
    Review.ORDER_EXPIRED: _("Accept it to take the stock again and go on, or refund it."),
    Review.DISPUTED: _("Answer the dispute at the provider, then dismiss it here."),
    Review.REFUND_FAILED: _("Refund it again, or dismiss it when the buyer was paid another way."),
}
#: And about money of which nobody could read how much it is.
ADVICE_UNREAD = _(
    "How much came in cannot be read. Dismiss it to have the gateway asked, or accept it as the total."
)


#: States in which an attempt holds its order: no other is begun beside it.
HOLDING = frozenset({State.CREATED, State.OPEN})

#: States of an attempt whose money came and was dealt with: only refunds and disputes move it on.
SETTLED = frozenset({State.PAID, State.REFUNDED, State.PARTIALLY_REFUNDED, State.DISPUTED})

#: Refunds that count as given back, and those of which it is not known yet.
GIVEN_BACK = frozenset({RefundState.PENDING, RefundState.SUCCEEDED})
UNCERTAIN = frozenset({RefundState.CREATED, RefundState.UNKNOWN})

#: From each state the states that it may go to. Failed, expired and unknown attempts may still be paid, and
#: money of any attempt that staff would not accept is given back without ever having paid the order.
MOVES: Mapping[str, frozenset[State]] = {
    State.CREATED: frozenset({State.OPEN, State.FAILED, State.EXPIRED, State.UNKNOWN}) | SETTLED,
    State.OPEN: frozenset({State.FAILED, State.EXPIRED}) | SETTLED,
    State.UNKNOWN: frozenset({State.FAILED, State.EXPIRED}) | SETTLED,
    State.FAILED: SETTLED,
    State.EXPIRED: SETTLED,
    State.PAID: frozenset({State.PARTIALLY_REFUNDED, State.REFUNDED, State.DISPUTED}),
    State.PARTIALLY_REFUNDED: frozenset({State.PAID, State.REFUNDED, State.DISPUTED}),
    State.REFUNDED: frozenset({State.PAID, State.PARTIALLY_REFUNDED, State.DISPUTED}),
    State.DISPUTED: frozenset({State.PAID, State.PARTIALLY_REFUNDED, State.REFUNDED}),
}

#: The same of refunds. What the provider does not list has failed, and may be found there after all.
REFUND_MOVES: Mapping[str, frozenset[RefundState]] = {
    RefundState.CREATED: frozenset(
        {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED, RefundState.UNKNOWN}
    ),
    RefundState.UNKNOWN: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED}),
}


def is_allowed(source: str, target: State) -> bool:
    """Tell whether a payment in the one state may go to the other."""
    return target in MOVES[source]
