"""Carts that nobody comes back to are deleted, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from partscatalog.beat import SCHEDULE
from partscatalog.cart import tasks
from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import locking, purging
from partscatalog.orders.models import Order
from partscatalog.testing import make_cart, make_product, make_user

from .conftest import DELIVERY, ORDERS

pytestmark = pytest.mark.django_db

DOORS = {
    "the service": purging.purge,
    "the task": tasks.purge_carts,
    "the command": lambda: call_command("purge_carts"),
}


def left(product, *, days, user=None, status="open"):
    """Return a cart that nobody has changed for so many days."""
    cart = make_cart({product: 1})
    Cart.objects.filter(pk=cart.pk).update(
        status=status,
        user=user,
        open_for=user if status == "open" else None,
        changed_at=timezone.now() - timedelta(days=days),
    )
    return cart


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_old_carts_of_guests_and_closed_ones_go_and_all_others_stay(door):
    product, user = make_product(), make_user()
    stay = [
        left(product, days=29),
        left(product, days=29, status="merged"),
        left(product, days=29, user=user, status="ordered"),
        left(product, days=400, user=user),
    ]
    for status in ("open", "merged"):
        left(product, days=31, status=status)
    for status in ("merged", "ordered"):
        left(product, days=31, user=user, status=status)

    door()

    assert list(Cart.objects.order_by("pk")) == stay
    assert list(CartLine.objects.order_by("pk").values_list("cart", flat=True)) == [cart.pk for cart in stay]


def test_the_command_tells_how_many_and_a_second_run_finds_none(capsys):
    for days in (31, 31, 1):
        left(make_product(), days=days)

    for _ in range(2):
        call_command("purge_carts")

    assert capsys.readouterr().out == "2 carts deleted.\n0 carts deleted.\n"


def test_a_site_says_how_long_carts_are_kept(settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CART_LIFETIME": timedelta(days=2)}
    product = make_product()
    left(product, days=3)
    stays = left(product, days=1)

    assert purging.purge() == 1
    assert Cart.objects.get() == stays


def test_it_goes_on_from_batch_to_batch(monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    product = make_product()
    carts = [left(product, days=31) for _ in range(5)]

    assert purging.purge() == len(carts)
    assert not Cart.objects.exists()


def test_a_cart_that_somebody_comes_back_to_just_then_stays(monkeypatch):
    product = make_product()
    carts = [left(product, days=31) for _ in range(2)]
    find = purging._next

    def find_and_be_late(*args, **kwargs):
        batch = find(*args, **kwargs)
        locking.lock(carts[0])
        return batch

    monkeypatch.setattr(purging, "_next", find_and_be_late)

    assert purging.purge() == 1
    assert (Cart.objects.get(), CartLine.objects.get().cart) == (carts[0], carts[0])


def test_the_order_of_a_purged_cart_stays_as_it_is(signed_in, later):
    user = make_user()
    make_cart({make_product(): 1}, user=user)
    order = signed_in(user).post(f"{ORDERS}create/", DELIVERY, format="json").json()

    with later(days=31):
        assert purging.purge() == 1

    assert Order.objects.get().cart is None
    assert signed_in(user).get(ORDERS).json() == [order]


def test_the_clock_runs_it():
    assert SCHEDULE["partscatalog-purge-carts"] == {
        "task": f"{tasks.__name__}.{tasks.purge_carts.__name__}",
        "schedule": timedelta(days=1),
    }
