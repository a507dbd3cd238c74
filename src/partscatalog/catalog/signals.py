"""Signals for the host, sent after the commit; a receiver that fails harms nobody else."""

from __future__ import annotations

from django.dispatch import Signal

#: Stock changed. Arguments: ``product_ids`` (a list). Sent once per transaction and change.
stock_changed = Signal()
