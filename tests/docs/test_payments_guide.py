"""The pages about payments say what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core import mail
from django.dispatch import Signal

from partscatalog.beat import SCHEDULE
from partscatalog.conf import swap
from partscatalog.payments import signals as payment_signals
from partscatalog.payments.gateways.stripe import StripeGateway
from partscatalog.payments.gateways.stripe_events import OF_SESSIONS
from partscatalog.payments.models import Payment
from tests.docs.guides import DOCS, blocks

PAGE = "howto/run-payments.md"
BACKENDS = {
    "Paystack": "partscatalog.payments.gateways.paystack.PaystackGateway",
    "Stripe": "partscatalog.payments.gateways.stripe.StripeGateway",
    "Sandbox": "partscatalog.payments.sandbox.gateway.SandboxGateway",
}


class Noted(dict[str, object]):
    """Options that note what is read of them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name, default=None):
        self.names.add(name)
        return default


def rows(page: str) -> list[list[str]]:
    lines = [line for line in (DOCS / page).read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", BACKENDS)
def test_the_guide_names_every_option_of_the_gateway_and_no_other(name):
    options = Noted()
    swap(BACKENDS[name])(alias=name.lower(), options=options)

    told = {row[1] for row in rows(PAGE) if row[0] in {name, "every one"} and row[1].isupper()}
    assert told == options.names


def test_the_guide_tells_of_the_events_of_stripe_that_settle_a_payment():
    assert [event for event in OF_SESSIONS if f"`{event}`" not in (DOCS / PAGE).read_text()] == []


def test_cron_runs_every_periodic_task_as_often_as_celery():
    lines = re.findall(r"^(?:\*/(\d+)|\d+ \d+) .*manage\.py (\w+)$", blocks(PAGE)["crontab"], re.MULTILINE)
    spans = {
        command: timedelta(minutes=int(minutes)) if minutes else timedelta(days=1)
        for minutes, command in lines
    }

    assert spans == {entry["task"].rpartition(".")[2]: entry["schedule"] for entry in SCHEDULE.values()}


def test_both_secrets_prove_a_webhook_while_one_is_rolled(monkeypatch):
    for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_OLD_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, name.lower())
    site: dict[str, Any] = {"PARTSCATALOG": {}}
    lines = blocks("howto/install-into-your-site.md")["stripe.py"] + blocks(PAGE)["rolling.py"]
    exec(f"import os\n{lines}", site)

    options = site["PARTSCATALOG"]["PAYMENT_GATEWAYS"]["stripe"]["OPTIONS"]
    secrets = StripeGateway(alias="stripe", options=options).webhook_secrets
    assert list(secrets) == ["stripe_webhook_secret", "stripe_old_webhook_secret"]


def test_the_receiver_of_the_guide_tells_the_staff_what_waits(monkeypatch):
    monkeypatch.setattr(payment_signals, "payment_needs_review", Signal())
    module: dict[str, Any] = {}
    exec(blocks(PAGE)["receivers.py"], module)

    payment = Payment(reference="ORD_1_x", needs_review=True, review_reason="paid_twice")
    answers = payment_signals.payment_needs_review.send_robust(Payment, payment=payment)

    assert [answer for _receiver, answer in answers] == [None]
    assert mail.outbox[0].body == "Payment ORD_1_x waits for a decision: the order was paid already."


@pytest.mark.parametrize("app", ["catalog", "orders", "payments"])
def test_the_page_of_signals_names_each_with_its_module(app):
    module = f"partscatalog.{app}.signals"
    there = {name for name, value in vars(import_module(module)).items() if isinstance(value, Signal)}

    assert {row[0] for row in rows("reference/signals.md") if row[1] == module} == there


def test_the_page_of_commands_names_each():
    files = (DOCS.parent / "src/partscatalog").rglob("management/commands/[a-z]*.py")

    _header, *told = [row[0] for row in rows("reference/commands.md")]
    assert sorted(told) == sorted(file.stem for file in files)
