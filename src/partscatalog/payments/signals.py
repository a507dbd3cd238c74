"""Signals for the host, sent after the commit; a receiver that fails harms nobody else."""

from __future__ import annotations

from django.dispatch import Signal

#: Money came in and has paid its order. Arguments: ``payment``. Sent once per payment.
payment_succeeded = Signal()
#: The gateway says that an attempt failed; it may still be paid later. Arguments: ``payment``.
payment_failed = Signal()
#: Money came in that does not fit, or was disputed, or came back: staff must decide. Arguments: ``payment``.
payment_needs_review = Signal()
#: Money was given back, by staff here or at the provider. Arguments: ``payment`` and ``refund``. Sent once
#: per refund, when the gateway took it on; one that fails later is told by ``payment_needs_review``.
payment_refunded = Signal()
