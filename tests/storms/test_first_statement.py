"""The first statement of every writing transaction is a write: SQLite's default mode then waits its turn.

A transaction that begins by reading is refused there as soon as another one has written, and no
waiting helps; which the storms would show by patient clients alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partscatalog.catalog.models import Product
from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment
from partscatalog.payments.services import reviewing
from partscatalog.payments.services.refunding import RefundOrder, refund_payment
from partscatalog.testing import make_user
from partscatalog.testing.factories import PASSWORD
from partscatalog.testing.orders import make_order
from tests.orders.conftest import CREATE, DELIVERY, URL

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="The other databases lock rows."),
]


def first_statements(sql: Iterable[str]) -> list[str]:
    """Return the first statement of each transaction."""
    found, begins = [], False
    for statement in sql:
        if begins and not statement.startswith("SAVEPOINT"):
            found.append(statement)
        begins = statement.startswith("BEGIN") or (begins and statement.startswith("SAVEPOINT"))
    return found


def test_every_transaction_of_the_shop_begins_with_a_write(staff, client_of, api, later):
    user = make_user("buyer@example.com")
    buyer, json = client_of(user), {"format": "json"}
    category, piston = "/api/categories/engine/", "/api/categories/engine/products/piston/"
    product = {"name": "Piston", "price": "10", "category": "engine", "brand": "nordwerk", "stock": 9}
    person = {"email": "new@example.com", "password": "a plain long sentence"}
    passwords = {"old_password": PASSWORD, "new_password": "another long sentence"}

    with CaptureQueriesContext(connection) as ran:
        login = api.post("/api/users/register/", {**person, "first_name": "A", "last_name": "B"}, **json).data
        tokens = api.post("/api/users/token/refresh/", {"refresh_token": login["refresh_token"]}, **json).data
        answers = [
            api.post("/api/users/logout/", {"refresh_token": tokens["refresh_token"]}, **json),
            staff.post("/api/categories/", {"name": "Engine"}, **json),
            staff.post("/api/brands/", {"name": "Nordwerk"}, **json),
            staff.post("/api/products/", product, **json),
            staff.patch(category, {"description": "All of it."}, **json),
            staff.patch("/api/brands/nordwerk/", {"name": "Nord"}, **json),
            staff.patch(piston, {"stock": 8, "name": "Ring"}, **json),
            api.post(f"/api/carts/products/{Product.objects.get().pk}/add/", **json),
        ]
        token = {"headers": {"X-Cart-Token": answers[-1].headers["X-Cart-Token"]}}
        answers += [
            buyer.get("/api/carts/products/", **token),
            buyer.post(CREATE, DELIVERY, **json),
            buyer.post(f"{URL}{Order.objects.get().pk}/cancel/"),
            buyer.post(f"/api/carts/products/{Product.objects.get().pk}/add/", **json),
        ]
        (item,) = buyer.get("/api/carts/products/").data["items"]
        answers += [
            buyer.patch(f"/api/carts/items/{item['id']}/quantity/"),
            buyer.post(CREATE, DELIVERY, headers={"Idempotency-Key": "k"}, **json),
            buyer.post(f"/api/payments/create/{Order.objects.latest('pk').pk}/"),
            staff.delete(piston),
            staff.delete("/api/brands/nordwerk/"),
            staff.delete(category),
            buyer.delete("/api/carts/products/"),
            buyer.post("/api/users/password/change/", passwords, **json),
        ]
        with later(days=40):
            call_command("expire_orders")
            call_command("purge_carts")

    statements = [query["sql"] for query in ran.captured_queries]
    assert [answer.status_code for answer in answers if answer.status_code >= 400] == []
    assert [statement for statement in first_statements(statements) if statement.startswith("SELECT")] == []
    assert len(first_statements(statements)) > 20


def test_every_transaction_of_money_begins_with_a_write(client_of):
    user = make_user("buyer@example.com")
    buyer = client_of(user)
    orders = [make_order(user) for _ in range(4)]

    with CaptureQueriesContext(connection) as ran:
        for order, action in zip(orders, ["later", "wrong_amount", "pay", "twice"], strict=True):
            answer = buyer.post(f"/api/payments/create/{order.pk}/").data
            buyer.post(answer["authorization_url"], {"action": action}, format="json")
            buyer.get("/api/payments/verify/", {"reference": answer["reference"]})
        call_command("reconcile_payments", "--now")
        _late, wrong, paid, other = Payment.objects.order_by("pk")
        reviewing.accept(payment=wrong, actor=user)
        Payment.objects.filter(pk=other.pk).update(needs_review=True, review_reason="disputed")
        reviewing.dismiss(payment=other)
        refund_payment(RefundOrder(payment=paid, actor=user))
        call_command("reconcile_payments", "--now")

    statements = [query["sql"] for query in ran.captured_queries]
    assert [order.status for order in Order.objects.order_by("pk")] == ["paid", "paid", "refunded", "paid"]
    assert [statement for statement in first_statements(statements) if statement.startswith("SELECT")] == []
    assert len(first_statements(statements)) > 20
