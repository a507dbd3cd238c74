"""Tell the customer by mail what became of an order: each kind once, whatever was lost on the way."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from partscatalog import money
from partscatalog.conf import get_settings
from partscatalog.orders.models import OrderEvent

if TYPE_CHECKING:
    from partscatalog.orders.models import Order

#: A sender that has not finished after this long is taken for dead.
CLAIM = timedelta(minutes=15)
#: The periodic task leaves younger mails to the task that was queued with the order.
GRACE = timedelta(minutes=5)
#: A mail that could not be sent for so long is no news any more.
GIVE_UP = timedelta(days=3)
BATCH = 500

logger = logging.getLogger(__name__)


def send(event_id: int) -> bool:
    """Send the mail of one event and tell whether this call sent it.

    Safe to repeat, also at once: the sender claims the event by a conditional write. A mail that cannot
    be sent gives its claim back.
    """
    if not _claim(event_id):
        return False
    event = OrderEvent.objects.select_related("order__user").get(pk=event_id)
    try:
        was_sent = _deliver(event)
    except Exception:
        OrderEvent.objects.filter(pk=event_id).update(mail_claimed_at=None)
        raise
    OrderEvent.objects.filter(pk=event_id).update(mail_sent_at=timezone.now())
    return was_sent


def send_missing() -> int:
    """Send what a lost broker, worker or mail server swallowed, and return how many mails that were.

    One that fails does not hold up the others; it is tried again by the next call.
    """
    return sum(_send_or_log(event_id) for event_id in _unsent())


def _send_or_log(event_id: int) -> bool:
    try:
        return send(event_id)
    except Exception:
        logger.exception("The mail of event %s could not be sent; it is tried again.", event_id)
        return False


def _unsent() -> list[int]:
    """Return the ids of events whose mail a lost broker or worker has swallowed."""
    now = timezone.now()
    waiting = OrderEvent.objects.exclude(mail="").filter(mail_sent_at=None, at__lt=now - GRACE)
    return list(
        waiting.filter(_unclaimed(), at__gt=now - GIVE_UP).order_by("pk").values_list("pk", flat=True)[:BATCH]
    )


def _claim(event_id: int) -> bool:
    claimable = OrderEvent.objects.filter(_unclaimed(), pk=event_id, mail_sent_at=None).exclude(mail="")
    return bool(claimable.update(mail_claimed_at=timezone.now()))


def _unclaimed() -> Q:
    return Q(mail_claimed_at=None) | Q(mail_claimed_at__lt=timezone.now() - CLAIM)


def _deliver(event: OrderEvent) -> bool:
    """Write and send the mail; an order whose customer has no address has nobody to tell."""
    address = _address(event.order)
    if not address:
        return False
    with translation.override(django_settings.LANGUAGE_CODE):
        _message(event, address).send()
    return True


def _message(event: OrderEvent, address: str) -> EmailMultiAlternatives:
    order = event.order
    lines = [(line, money.format_amount(line.price, order.currency)) for line in order.lines.all()]
    context = {
        "order": order,
        "event": event,
        "lines": lines,
        "total": money.format_amount(order.total_amount, order.currency),
        "site_url": get_settings().SITE_URL,
    }
    template = f"partscatalog/orders/mail/{event.mail}"
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    message = EmailMultiAlternatives(subject, render_to_string(f"{template}.txt", context), to=[address])
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def _address(order: Order) -> str:
    user = order.user
    return str(getattr(user, user.get_email_field_name(), "") or "") if user else ""
