"""The one place where the state of a payment or of a refund is written, along the tables of moves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partscatalog.payments.models import Payment, Refund
from partscatalog.payments.states import HOLDING, MOVES, REFUND_MOVES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partscatalog.payments.states import RefundState, State


def move(payment: Payment, target: State) -> None:
    """Move a locked payment, which the caller saves; one that is there already stays.

    :raises ValueError: when the table does not name the move.
    """
    _require(payment.state, target, MOVES)
    payment.state, payment.open_for = target, payment.order if target in HOLDING else None


def move_from(payment: Payment, source: State, target: State, **also: Any) -> bool:
    """Move a payment whose lock nobody holds, and tell whether this call did; staff alone move one in review.

    The payment given is brought up to date.

    :raises ValueError: when the table does not name the move.
    """
    _require(source, target, MOVES)
    if target not in HOLDING:
        also["open_for"] = None
    found = Payment.objects.filter(pk=payment.pk, state=source, needs_review=False)
    if not found.update(state=target, **also):
        return False
    payment.state = target
    return True


def move_refund(refund: Refund, target: RefundState) -> None:
    """Move a refund of a locked payment, which the caller saves; an older word changes nothing."""
    if target in REFUND_MOVES[refund.state]:
        refund.state = target


def move_refund_from(refund: Refund, source: RefundState, target: RefundState) -> None:
    """Move a refund of a payment whose lock nobody holds, unless its state has changed.

    :raises ValueError: when the table does not name the move.
    """
    _require(source, target, REFUND_MOVES)
    Refund.objects.filter(pk=refund.pk, state=source).update(state=target)


def _require(source: str, target: str, moves: Mapping[str, frozenset[Any]]) -> None:
    if source != target and target not in moves[source]:
        raise ValueError(f"There is no move from {source} to {target}.")
