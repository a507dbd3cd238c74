"""Webhooks: proven by the raw body, read without failing, and believed in what they say of our payments."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from partscatalog.orders.models import OrderEvent
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.testing.gateways.provider import Webhook
from partscatalog.testing.gateways.shop import ALIAS, OTHER, Contract, Shop, broken_laws, uncalled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What stands in the place of a proof.
FORGED_PROOFS: Mapping[str, Callable[[str], str]] = {
    "empty": lambda _genuine: "",
    "cut": lambda genuine: genuine[:-1],
    "longer": lambda genuine: genuine + "0",
    "not ASCII": lambda _genuine: "é" * 64,
    "not ASCII at its end": lambda genuine: genuine[:-1] + "é",
    "huge": lambda _genuine: "x" * 10_000,
    "zeros": lambda genuine: re.sub("[0-9a-f]{8}", "0" * 8, genuine),
}
#: What stands in the place of the body that was proven.
FORGED_BODIES: Mapping[str, Callable[[bytes], bytes]] = {
    "tampered": lambda body: re.sub(rb"[1-8]", b"9", body, count=1),
    "re-serialised": lambda body: json.dumps(json.loads(body), indent=7).encode(),
    "cut": lambda body: body[:-1],
    "longer": lambda body: body + b" ",
    "none": lambda _body: b"",
}

#: Bodies that are no event, whoever signed them.
NO_EVENTS: Mapping[str, bytes] = {
    "empty": b"",
    "broken": b"{",
    "not UTF-8": b"\xff\xfe\x00",
    "array": b"[]",
    "null": b"null",
    "text": b'"paid"',
    "object": b"{}",
    "deep array": b"[" * 100_000,
    "deep object": b'{"event": ' + b'{"a": ' * 30_000,
    "long number": b'{"id": ' + b"9" * 10_000 + b"}",
    "wrong types": b'{"event": 7, "type": [], "data": null}',
    "array of data": b'{"event": "x", "type": "x", "data": []}',
    "odd reference": b'{"event": "x", "type": "x", "data": {"object": null, "reference": {"a": []}}}',
    "oversized": b'{"event": "x", "type": "x", "id": "' + b"x" * 300_000 + b'"}',
}

#: What stands in each place of an event in turn.
ODD: tuple[Any, ...] = (None, True, -1, 2**70, 0.5, "surprise", [], {"a": [None]})


class Telling(Contract):
    @pytest.mark.parametrize("forge", FORGED_PROOFS.values(), ids=FORGED_PROOFS)
    def test_a_wrong_signature_changes_nothing(
        self, shop: Shop, reference: str, forge: Callable[[str], str]
    ) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        forged = {name: forge(genuine) for name, genuine in webhook.headers.items()}

        self._assert_refused(shop, Webhook(webhook.body, forged))

    def test_no_signature_or_one_under_another_name_changes_nothing(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        renamed = {f"x-other-{name}": genuine for name, genuine in webhook.headers.items()}

        self._assert_refused(shop, Webhook(webhook.body, {}))
        self._assert_refused(shop, Webhook(webhook.body, renamed))

    @pytest.mark.parametrize("forge", FORGED_BODIES.values(), ids=FORGED_BODIES)
    def test_another_body_than_was_signed_changes_nothing(
        self, shop: Shop, reference: str, forge: Callable[[bytes], bytes]
    ) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        body = forge(webhook.body)

        assert body != webhook.body
        self._assert_refused(shop, Webhook(body, webhook.headers))

    @pytest.mark.parametrize("body", NO_EVENTS.values(), ids=NO_EVENTS)
    def test_a_signed_body_that_is_no_event_is_no_failure(
        self, shop: Shop, reference: str, body: bytes
    ) -> None:
        shop.provider.pay(reference)

        assert shop.tell(Webhook(body, shop.provider.sign(body))).status_code in {200, 400}
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()

    def test_a_signed_event_with_something_odd_anywhere_is_no_failure(
        self, shop: Shop, reference: str
    ) -> None:
        shop.provider.pay(reference)
        for body in _odd_bodies(json.loads(shop.provider.webhook(reference).body)):
            with transaction.atomic():
                assert shop.tell(Webhook(body, shop.provider.sign(body))).status_code in {200, 400}, body
                assert Payment.objects.count() == 1
                assert broken_laws() == []
                transaction.set_rollback(True)
        shop.assert_unpaid()

    def test_an_event_that_nobody_knows_settles_nothing(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)

        assert shop.tell(shop.provider.strange_webhook(reference)).status_code == 200
        assert shop.payment.state == "open"
        shop.assert_unpaid()

    def test_an_event_about_no_payment_of_ours_makes_nothing(self, shop: Shop, reference: str) -> None:
        other = shop.new_order()
        theirs = shop.begin(other)
        shop.provider.pay(theirs)
        webhook = shop.provider.webhook(theirs)
        Payment.objects.filter(reference=theirs).delete()

        assert shop.tell(webhook).status_code == 200
        assert Payment.objects.get().reference == reference
        assert not PaymentEvent.objects.exists()
        other.refresh_from_db()
        assert other.status == "pending"
        shop.assert_unpaid()

    def test_another_account_of_the_provider_does_not_answer(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)

        assert shop.tell(webhook, OTHER).status_code == 400
        shop.assert_unpaid()

    def test_another_alias_of_the_same_account_does_not_answer(
        self, shop: Shop, reference: str, settings: Any
    ) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        gateways = settings.PARTSCATALOG["PAYMENT_GATEWAYS"]
        settings.PARTSCATALOG = {
            **settings.PARTSCATALOG,
            "PAYMENT_GATEWAY": OTHER,
            "PAYMENT_GATEWAYS": {ALIAS: gateways[ALIAS], OTHER: gateways[ALIAS]},
        }

        assert shop.tell(webhook, OTHER).status_code == 200
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()
        assert shop.tell(webhook).status_code == 200
        shop.assert_paid_once()

    @pytest.mark.django_db(transaction=True)
    def test_a_webhook_needs_neither_broker_nor_gateway(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        mail.outbox.clear()

        with patch("partscatalog.jobs._run", side_effect=ConnectionError), uncalled(self.backend):
            assert shop.tell(webhook).status_code == 200

        shop.assert_paid_once()
        assert mail.outbox == []
        OrderEvent.objects.update(at=timezone.now() - timedelta(hours=2))
        call_command("send_missing_mails", stdout=StringIO())
        assert len(mail.outbox) == 1

    def _assert_refused(self, shop: Shop, webhook: Webhook) -> None:
        answer = shop.tell(webhook)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_webhook")
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()


class DatedSignatureContract(Contract):
    """Signatures that say when they were made, so that nobody tells an old event again."""

    def test_a_stale_signature_changes_nothing(self, shop: Shop, reference: str) -> None:
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        stale = shop.provider.stale(webhook)

        assert (stale.body, shop.tell(stale).status_code) == (webhook.body, 400)
        assert not PaymentEvent.objects.exists()
        shop.assert_unpaid()
        assert shop.tell(webhook).status_code == 200
        shop.assert_paid_once()


def _odd_bodies(event: Any) -> Iterator[bytes]:
    for place in list(_places(event)):
        for odd in ODD:
            yield json.dumps(_changed(event, place, odd)).encode()


def _places(node: Any) -> Iterator[tuple[Any, ...]]:
    """Give the way to each place of a JSON document."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in inside:
        yield (key,)
        yield from ((key, *rest) for rest in _places(child))


def _changed(node: Any, place: tuple[Any, ...], odd: Any) -> Any:
    if not place:
        return odd
    copy = node.copy()
    copy[place[0]] = _changed(node[place[0]], place[1:], odd)
    return copy
