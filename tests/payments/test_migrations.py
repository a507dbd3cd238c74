"""What an older shop's payments become."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from partscatalog.payments.models import Payment
from tests.payments.conftest import make_order

pytestmark = pytest.mark.django_db(transaction=True)

APP = "partscatalog_payments"


@pytest.fixture
def migrated_back():
    call_command("migrate", APP, "0001", verbosity=0)
    yield MigrationExecutor(connection).loader.project_state([(APP, "0001_payments")]).apps
    call_command("migrate", APP, verbosity=0)


@pytest.fixture
def orders(buyer):
    return [make_order(buyer) for _ in range(4)]


def test_what_brought_no_money_is_asked_about_and_flagged_money_can_be_given_back(orders, migrated_back):
    model = migrated_back.get_model(APP, "Payment")
    rows = {
        "open": {"open_for_id": orders[0].pk},
        "failed": {},
        "unknown": {},
        "flagged": {"needs_review": True, "review_reason": "order_changed"},
    }
    for order, (name, fields) in zip(orders, rows.items(), strict=True):
        model.objects.create(
            order_id=order.pk,
            gateway="sandbox",
            reference=f"ORD_{name}",
            amount="7500.00",
            amount_minor=750_000,
            currency="NGN",
            state="open" if name in {"open", "flagged"} else name,
            **{"open_for_id": order.pk if name == "flagged" else None, **fields},
        )

    call_command("migrate", APP, verbosity=0)

    found = {each.reference.removeprefix("ORD_"): each for each in Payment.objects.all()}
    assert {name for name, each in found.items() if each.next_check_at} == {"open", "failed", "unknown"}
    assert {name: each.received_minor for name, each in found.items() if each.received_minor} == {
        "flagged": 750_000
    }
