"""Signals for the host, sent after the commit; a receiver that fails harms nobody else."""

from __future__ import annotations

from django.dispatch import Signal

#: Money came in and has paid its order. Arguments: ``payment``. Sent once per payment.
payment_succeeded = Signal()
#: The gateway says that an attempt failed; it may still be paid later. Arguments: ``payment``.
payment_failed = Signal()
