"""Secrets, and codes that can charge a card again, are seen nowhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from partscatalog import jobs
from partscatalog.orders.services import moving
from partscatalog.payments.models import PaymentEvent
from partscatalog.payments.services import starting
from partscatalog.testing.gateways.shop import Contract, Shop, path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client


class Hiding(Contract):
    def test_no_secret_is_answered_stored_or_logged(
        self, shop: Shop, reference: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        shop.provider.pay(reference)
        answers = [shop.verify(reference), shop.tell(shop.provider.webhook(reference)), shop.create()]
        shop.reconcile()

        assert caplog.records
        seen = [answer.content.decode() for answer in answers]
        seen += [caplog.text, *(str(record.__dict__) for record in caplog.records)]
        seen += [str(shop.payment.__dict__), *(str(event.__dict__) for event in PaymentEvent.objects.all())]
        self._assert_hidden(shop, seen)

    def test_no_secret_is_shown_to_staff(self, shop: Shop, reference: str, admin_client: Client) -> None:
        shop.provider.pay(reference)
        shop.tell(shop.provider.webhook(reference))
        shop.verify(reference)
        key = shop.payment.pk

        pages = [
            admin_client.get(f"/admin/partscatalog_payments/payment/{rest}")
            for rest in ("", f"{key}/change/", f"{key}/history/", f"{key}/refund/")
        ]
        pages.append(admin_client.get(f"/admin/partscatalog_orders/order/{shop.order.pk}/change/"))
        pages.append(admin_client.get(path(f"{reference}/")))

        assert {page.status_code for page in pages} == {200}
        texts = [page.content.decode() for page in pages]
        assert [reference in text for text in texts] == [True] * len(texts)
        self._assert_hidden(shop, texts)

    @pytest.mark.parametrize("door", ["start", "webhook", "verify"])
    def test_no_secret_stands_on_an_error_page(
        self, shop: Shop, reference: str, settings: Any, door: str
    ) -> None:
        """Nor in what a service for errors collects: the page of DEBUG shows all that a frame holds."""
        shop.provider.pay(reference)
        webhook = shop.provider.webhook(reference)
        settings.DEBUG = True

        with _crash():
            answer = {
                "start": lambda: shop.create(shop.new_order()),
                "webhook": lambda: shop.tell(webhook),
                "verify": lambda: shop.verify(reference),
            }[door]()

        page = answer.content.decode()
        assert (answer.status_code, "ZeroDivisionError" in page, "Local vars" in page) == (500, True, True)
        self._assert_hidden(shop, [page])

    def test_a_task_is_handed_ids_alone(
        self, shop: Shop, reference: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        shop.provider.pay(reference)

        with patch.object(jobs, "_run") as run, django_capture_on_commit_callbacks(execute=True):
            shop.tell(shop.provider.webhook(reference))

        assert run.called
        for call in run.call_args_list:
            _task, ids = call.args
            assert all(isinstance(value, int) for value in ids), call

    def _assert_hidden(self, shop: Shop, texts: list[str]) -> None:
        for secret in shop.provider.secrets:
            assert [text[:200] for text in texts if secret in text] == []


@contextmanager
def _crash() -> Iterator[None]:
    """Let a bug of ours break whatever has heard from the provider."""
    with (
        patch.object(moving, "mark_paid", side_effect=ZeroDivisionError),
        patch.object(starting, "_store_answer", side_effect=ZeroDivisionError),
    ):
        yield
