"""Mails: each kind once per order, after the commit, and never in the way of the order."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command

from partscatalog.orders.models import OrderEvent
from partscatalog.orders.services import mailing, moving, releasing
from partscatalog.orders.states import Party, Status
from partscatalog.testing import make_brand, make_cart, make_product

from .conftest import CREATE, DELIVERY, place

pytestmark = pytest.mark.django_db


def server_is_away(_backend: EmailBackend, _messages: Any) -> int:
    raise ConnectionRefusedError("The mail server is away.")


def test_tells_the_customer_after_the_commit(shop, buyer, django_capture_on_commit_callbacks):
    make_cart({make_product("Piston <b> & Co", number="NW-1", brand=make_brand()): 3}, user=buyer)

    with django_capture_on_commit_callbacks(execute=True):
        answer = shop.post(CREATE, DELIVERY, format="json").json()

    message: Any = mail.outbox[0]
    html, kind = message.alternatives[0]
    assert len(mail.outbox) == 1
    assert message.subject == f"Your order {answer['number']}"
    assert message.to == ["buyer@example.com"]
    assert "3 x Piston <b> & Co (NW-1), 2500.00 NGN" in message.body
    assert "Total: 7500.00 NGN" in message.body
    assert "123 Main St, City" in message.body
    assert kind == "text/html"
    assert "Piston &lt;b&gt; &amp; Co" in html


@pytest.mark.parametrize(
    ("moves", "subjects"),
    [
        ([Status.PAID], ["Payment received for order {}"]),
        ([Status.PAID, Status.PROCESSING], ["Payment received for order {}"]),
        (
            [Status.PAID, Status.PROCESSING, Status.SHIPPED, Status.DELIVERED],
            ["Payment received for order {}", "Your order {} is on its way"],
        ),
    ],
)
def test_tells_of_each_move_that_matters(buyer, django_capture_on_commit_callbacks, moves, subjects):
    order = place(buyer, {make_product(): 1})

    with django_capture_on_commit_callbacks(execute=True):
        for status in moves:
            moving.move(order=order, to=status, by=Party.STAFF)

    assert [message.subject for message in mail.outbox] == [
        subject.format(order.number) for subject in subjects
    ]


def test_says_whether_an_order_was_cancelled_or_has_expired(buyer, django_capture_on_commit_callbacks):
    cancelled, expired = place(buyer, {make_product(): 1}), place(buyer, {make_product(): 1})

    with django_capture_on_commit_callbacks(execute=True):
        releasing.cancel(order=cancelled, by=Party.STAFF)
        releasing.expire(order=expired)

    assert [message.subject for message in mail.outbox] == [
        f"Your order {cancelled.number} was cancelled",
        f"Your order {expired.number} has expired",
    ]


def test_sends_one_mail_when_its_task_runs_twice(buyer):
    event = place(buyer, {make_product(): 1}).events.get()

    assert [mailing.send(event.pk), mailing.send(event.pk)] == [True, False]

    assert len(mail.outbox) == 1


def test_leaves_a_mail_that_another_worker_is_sending(buyer, later):
    event = place(buyer, {make_product(): 1}).events.get()
    assert mailing._claim(event.pk)

    during = mailing.send(event.pk)
    with later(minutes=16):
        after_its_death = mailing.send(event.pk)

    assert (during, after_its_death) == (False, True)


def test_keeps_the_order_and_tries_again_when_the_mail_server_is_away(
    shop, buyer, monkeypatch, later, django_capture_on_commit_callbacks
):
    make_cart({make_product(): 1}, user=buyer)
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(EmailBackend, "send_messages", server_is_away)
        assert shop.post(CREATE, DELIVERY, format="json").status_code == 201

    call_command("send_missing_mails")
    too_early = len(mail.outbox)
    with later(minutes=6):
        call_command("send_missing_mails")
        call_command("send_missing_mails")

    assert (too_early, len(mail.outbox)) == (0, 1)


def test_tells_nobody_when_the_customer_is_gone(buyer):
    order = place(buyer, {make_product(): 1})
    get_user_model().objects.filter(pk=buyer.pk).delete()

    assert mailing.send(order.events.get().pk) is False

    assert mail.outbox == []
    assert OrderEvent.objects.get().mail_sent_at is not None


def test_sends_none_where_the_site_wants_none(buyer, settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SEND_MAILS": False}

    event = place(buyer, {make_product(): 1}).events.get()

    assert event.mail == ""
    assert mailing.send(event.pk) is False


def test_puts_no_line_break_into_a_subject(buyer):
    """T-LOG-1"""
    order = place(buyer, {make_product(): 1})
    type(order).objects.filter(pk=order.pk).update(number="A\r\nBcc: x@example.com")

    mailing.send(order.events.get().pk)

    assert mail.outbox[0].subject == "Your order A Bcc: x@example.com"
