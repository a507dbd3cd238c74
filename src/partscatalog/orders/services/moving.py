"""Move an order from one state to another: conditionally, with its history, mail and signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from partscatalog import jobs
from partscatalog.conf import get_settings
from partscatalog.exceptions import Busy, IllegalMove
from partscatalog.orders import signals
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.states import Party, Status, is_allowed
from partscatalog.statements import insert
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Collection

ATTEMPTS = 3

MAILS = {
    Status.PAID: OrderEvent.Mail.PAID,
    Status.SHIPPED: OrderEvent.Mail.SHIPPED,
    Status.CANCELLED: OrderEvent.Mail.CANCELLED,
    Status.EXPIRED: OrderEvent.Mail.CANCELLED,
}
SIGNALS = {
    Status.PAID: signals.order_paid,
    Status.CANCELLED: signals.order_cancelled,
    Status.EXPIRED: signals.order_cancelled,
}


@writing
def move(
    *, order: Order, to: Status, by: Party, reason: str = "", sources: Collection[str] = tuple(Status)
) -> OrderEvent:
    """Move the order; the write carries the state it comes from, so that two moves never both count.

    ``sources`` narrows the states that it may come from. The order given is brought up to date.

    :raises IllegalMove: when its state, as the database says now, does not allow it.
    :raises Busy: when others keep moving it.
    """
    for _attempt in range(ATTEMPTS):
        source = order.status
        may_move = source in sources and is_allowed(source, to)
        if may_move and Order.objects.filter(pk=order.pk, status=source).update(**_changes(to)):
            return _record(order, source, to, by, reason)
        # The copy may be older than another's move, or newer than what a rollback has left.
        order.refresh_from_db(fields=["status", "paid_at"])
        if not may_move and order.status == source:
            raise IllegalMove(status=source)
    raise Busy


@writing
def mark_paid(*, order: Order, by: Party = Party.GATEWAY, reason: str = "") -> bool:
    """Make a pending order paid and tell whether this call did it; False when it was paid before.

    :raises IllegalMove: when the order was cancelled, has expired or was refunded; the money is then for
        staff to decide on.
    """
    try:
        move(order=order, to=Status.PAID, by=by, reason=reason, sources={Status.PENDING})
    except IllegalMove:
        if order.is_paid and order.status != Status.REFUNDED:
            return False
        raise
    return True


@writing
def note(*, order: Order, by: Party, reason: str) -> OrderEvent:
    """Add an entry to the order's history that leaves its state as it is."""
    order.refresh_from_db(fields=["status"])
    event = _event(order, order.status, Status(order.status), by, reason=reason)
    event.save()
    return event


def record_placed(order: Order) -> list[OrderEvent]:
    """Begin an order's history; one of 0.00 is paid at once. For placing alone."""
    events = [_event(order, None, Status.PENDING, Party.CUSTOMER, mail=OrderEvent.Mail.PLACED)]
    if order.status == Status.PAID:
        events.append(_event(order, Status.PENDING, Status.PAID, Party.SYSTEM, mail=OrderEvent.Mail.PAID))
    insert(events)
    for event in events:
        _send_mail_later(event)
    signals.announce(signals.order_placed, order)
    if order.status == Status.PAID:
        signals.announce(signals.order_paid, order)
    return events


def _changes(to: Status) -> dict[str, Any]:
    return {"status": to, "paid_at": timezone.now()} if to == Status.PAID else {"status": to}


def _record(order: Order, source: str, to: Status, by: Party, reason: str) -> OrderEvent:
    order.refresh_from_db(fields=["status", "paid_at"])
    event = _event(order, source, to, by, reason=reason, mail=MAILS.get(to, ""))
    event.save()
    _send_mail_later(event)
    if to in SIGNALS:
        signals.announce(SIGNALS[to], order)
    return event


def _event(
    order: Order, source: str | None, to: Status, by: Party, *, reason: str = "", mail: str = ""
) -> OrderEvent:
    return OrderEvent(
        order=order,
        from_status=source,
        to_status=to,
        by=by,
        reason=reason,
        mail=mail if get_settings().SEND_MAILS else "",
    )


def _send_mail_later(event: OrderEvent) -> None:
    if event.mail:
        jobs.later("partscatalog.orders.tasks.send_mail", event.pk)
