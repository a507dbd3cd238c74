"""Orders in the admin: seen whole, moved by actions, edited by nobody."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission

from partscatalog.catalog.models import Product
from partscatalog.orders.models import Order
from partscatalog.orders.services import moving
from partscatalog.testing import make_product, make_user

from .conftest import place

pytestmark = pytest.mark.django_db

LIST = "/admin/partscatalog_orders/order/"


@pytest.fixture
def staff(client):
    """A client of a clerk who may do all that staff may do with orders."""
    clerk = make_user("staff@example.com", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_orders"))
    client.force_login(clerk)
    return client


def act(client, action: str, *orders: Order):
    return client.post(
        LIST, {"action": action, "_selected_action": [order.pk for order in orders]}, follow=True
    )


def test_shows_lines_history_and_total(staff, buyer):
    order = place(buyer, {make_product(number="NW-44.71"): 3})

    page = staff.get(f"{LIST}{order.pk}/change/").content.decode()

    for text in (
        order.number,
        "7500.00 NGN",
        "NW-44.71",
        "2500.00",
        "123 Main St",
        "+234123456789",
        "pending",
    ):
        assert text in page


def test_tells_the_history_in_words(staff, buyer):
    order = place(buyer, {make_product(): 1})
    moving.mark_paid(order=order)

    page = BeautifulSoup(staff.get(f"{LIST}{order.pk}/change/").content, "html.parser")

    told = [title.text.strip() for title in page.select("#events-group .original p")]
    assert told == ["pending", "pending → paid"]


def test_offers_no_field_to_edit(staff, buyer):
    """T-FUNC-5"""
    order = place(buyer, {make_product(): 3})

    staff.post(f"{LIST}{order.pk}/change/", {"status": "paid", "total_amount": "1", "paid_at": "2025-01-01"})

    order.refresh_from_db()
    assert (order.status, order.total_amount, order.is_paid) == ("pending", Decimal(7500), False)
    assert '<input type="submit"' not in staff.get(f"{LIST}{order.pk}/change/").content.decode()
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("term", ["number", "line number", "line name"])
def test_finds_an_order(staff, buyer, term):
    order = place(buyer, {make_product("Water pump", number="WP-77"): 1})
    other = place(buyer, {make_product("Piston"): 1})
    text = {"number": order.number, "line number": "WP-77", "line name": "water"}[term]

    page = staff.get(LIST, {"q": text}).content.decode()

    assert order.number in page
    assert other.number not in page


def test_moves_a_paid_order_to_delivered_step_by_step(staff, buyer):
    order = place(buyer, {make_product(): 1})
    moving.mark_paid(order=order)

    seen = []
    for action in ("mark_processing", "mark_shipped", "mark_delivered"):
        act(staff, action, order)
        order.refresh_from_db()
        seen.append(order.status)

    assert seen == ["processing", "shipped", "delivered"]
    assert [event.by for event in order.events.order_by("pk")] == [
        "customer",
        "gateway",
        "staff",
        "staff",
        "staff",
    ]


def test_cancels_and_returns_the_stock(staff, buyer):
    product = make_product(stock=5)
    order = place(buyer, {product: 3})

    act(staff, "cancel", order)

    order.refresh_from_db()
    assert (order.status, Product.objects.get(pk=product.pk).stock) == ("cancelled", 5)


def test_names_what_it_refuses_and_does_the_rest(staff, buyer):
    pending, paid = place(buyer, {make_product(): 1}), place(buyer, {make_product(): 1})
    moving.mark_paid(order=paid)

    page = act(staff, "mark_processing", pending, paid).content.decode()

    assert f"{pending.number} (pending): The order cannot go to that state." in page
    assert "1 order was changed." in page
    assert [Order.objects.get(pk=order.pk).status for order in (pending, paid)] == ["pending", "processing"]


def test_acts_for_nobody_without_the_permission(client, buyer):
    """T-FUNC-5"""
    viewer = make_user("viewer@example.com", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_order"))
    client.force_login(viewer)
    order = place(buyer, {make_product(): 1})

    act(client, "cancel", order)

    order.refresh_from_db()
    assert order.status == "pending"


def test_escapes_what_customers_wrote(staff, buyer):
    """T-XSS-1"""
    order = place(buyer, {make_product("<script>alert(1)</script>"): 1})
    Order.objects.filter(pk=order.pk).update(note="<script>alert(2)</script>")

    page = staff.get(f"{LIST}{order.pk}/change/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)" in page
