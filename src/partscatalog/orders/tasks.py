"""What runs after a request or by the clock; each may run twice."""

from __future__ import annotations

from partscatalog.jobs import task
from partscatalog.orders.services import idempotency, mailing, releasing


@task
def send_mail(event_id: int) -> None:
    """Send the mail of one order event, once."""
    mailing.send(event_id)


@task
def send_missing_mails() -> None:
    """Send the mails that a lost broker or worker swallowed."""
    mailing.send_missing()


@task
def expire_orders() -> None:
    """Expire the orders that were not paid in time."""
    releasing.expire_overdue()


@task
def purge_idempotency_records() -> None:
    """Delete stored answers that nobody will ask for any more."""
    idempotency.purge()
