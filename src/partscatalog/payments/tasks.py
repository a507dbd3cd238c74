"""What runs by the clock; each may run twice, and several at once."""

from __future__ import annotations

from partscatalog.jobs import task
from partscatalog.payments.sandbox import desk
from partscatalog.payments.services import reconciling


@task
def reconcile_payments() -> None:
    """Ask the gateways about everything that no webhook has settled."""
    desk.clear_late()
    reconciling.reconcile()
