"""Carts in the admin: staff look at them, nobody edits them, and they go with their users."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from partscatalog.cart.models import Cart, CartLine
from partscatalog.orders.models import Order
from partscatalog.testing import make_cart, make_product, make_user

from .conftest import DELIVERY, ORDERS

pytestmark = pytest.mark.django_db

LIST = "/admin/partscatalog_cart/cart/"


@pytest.fixture
def clerk():
    """Somebody who may do all that staff may do with carts."""
    clerk = make_user("clerk@example.com", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_cart"))
    return clerk


@pytest.fixture
def staff(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def cart():
    return make_cart({make_product("Piston"): 3}, user=make_user("buyer@example.com"))


def test_shows_carts_and_what_they_hold(staff, cart):
    pages = [staff.get(path).content.decode() for path in (LIST, f"{LIST}{cart.pk}/change/")]

    assert all("buyer@example.com" in page for page in pages)
    assert '<td class="field-line_count">1</td>' in pages[0]
    assert "Piston" in pages[1]
    assert '<td class="field-quantity">' in pages[1]


@pytest.mark.parametrize("is_superuser", [False, True], ids=["a clerk", "a superuser"])
def test_nobody_adds_changes_or_deletes_a_cart(staff, clerk, cart, is_superuser):
    """T-FUNC-5"""
    get_user_model().objects.filter(pk=clerk.pk).update(is_superuser=is_superuser)
    line = cart.lines.get()
    form = {
        "status": "ordered",
        "user": "",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 1,
        "lines-0-id": line.pk,
        "lines-0-cart": cart.pk,
        "lines-0-quantity": 9,
        "lines-0-DELETE": "on",
    }
    delete = {"action": "delete_selected", "_selected_action": [cart.pk], "post": "yes"}

    answers = [
        staff.post(f"{LIST}add/", form),
        staff.post(f"{LIST}{cart.pk}/change/", form),
        staff.post(f"{LIST}{cart.pk}/delete/", {"post": "yes"}),
    ]
    staff.post(LIST, delete)

    assert [answer.status_code for answer in answers] == [403] * 3
    assert list(Cart.objects.values_list("pk", "status", "user")) == [(cart.pk, "open", cart.user_id)]
    assert list(CartLine.objects.values_list("pk", "quantity")) == [(line.pk, 3)]


@pytest.mark.parametrize("with_permission", [True, False])
def test_who_may_not_look_sees_nothing(client, clerk, cart, with_permission):
    """T-FUNC-5"""
    if not with_permission:
        clerk.user_permissions.clear()
    client.force_login(clerk)

    statuses = [client.get(path).status_code for path in (LIST, f"{LIST}{cart.pk}/change/")]

    assert statuses == [200 if with_permission else 403] * 2


def allow(clerk, *codenames):
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


@pytest.mark.parametrize("door", ["alone", "by the list's action"])
def test_a_user_is_deleted_with_their_carts_and_their_orders_stay(staff, clerk, signed_in, cart, door):
    allow(clerk, "view_user", "delete_user")
    buyer = cart.user
    signed_in(buyer).post(f"{ORDERS}create/", DELIVERY, format="json")
    make_cart({make_product(): 1}, user=buyer)

    if door == "alone":
        staff.post(f"/admin/auth/user/{buyer.pk}/delete/", {"post": "yes"})
    else:
        selected = {"action": "delete_selected", "_selected_action": [buyer.pk], "post": "yes"}
        staff.post("/admin/auth/user/", selected)

    assert not get_user_model().objects.filter(pk=buyer.pk).exists()
    assert (Cart.objects.count(), CartLine.objects.count()) == (0, 0)
    assert (Order.objects.get().user, Order.objects.get().cart) == (None, None)


def test_who_may_delete_no_carts_deletes_no_user_who_has_one(client, cart):
    """T-FUNC-5"""
    clerk = make_user(is_staff=True)
    allow(clerk, "view_user", "delete_user")
    client.force_login(clerk)

    answer = client.post(f"/admin/auth/user/{cart.user_id}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert Cart.objects.get().user == cart.user
