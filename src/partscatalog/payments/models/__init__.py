"""The payments' tables."""

from __future__ import annotations

from partscatalog.payments.models.event import PaymentEvent
from partscatalog.payments.models.payment import Payment
from partscatalog.payments.sandbox.models import SandboxTransaction
from partscatalog.payments.states import Review, State

__all__ = ["Payment", "PaymentEvent", "Review", "SandboxTransaction", "State"]
