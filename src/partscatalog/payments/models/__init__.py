"""The payments' tables."""

from __future__ import annotations

from partscatalog.payments.models.early import EarlyEvent
from partscatalog.payments.models.event import PaymentEvent
from partscatalog.payments.models.payment import Payment
from partscatalog.payments.models.refund import Refund
from partscatalog.payments.sandbox.models import SandboxRefund, SandboxTransaction
from partscatalog.payments.states import RefundState, Review, State

__all__ = [
    "EarlyEvent",
    "Payment",
    "PaymentEvent",
    "Refund",
    "RefundState",
    "Review",
    "SandboxRefund",
    "SandboxTransaction",
    "State",
]
