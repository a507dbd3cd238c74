"""Staff who change the catalog while buyers order: no piece is lost, and nobody gets a 500."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError, Event
from typing import TYPE_CHECKING

import pytest
from django.contrib.admin import ModelAdmin
from django.db import connection
from django.db.models import Sum
from django.db.models.sql import DeleteQuery
from django.test import Client

from partscatalog.catalog import tree
from partscatalog.catalog.admin import CategoryAdmin
from partscatalog.catalog.models import Brand, Category, Product, StockMovement
from partscatalog.catalog.services import products
from partscatalog.orders.models import Order, OrderLine
from partscatalog.testing import make_brand, make_category, make_product, make_user
from tests.orders.conftest import CREATE, DELIVERY

from .conftest import at_once, breaches, control, tally

if TYPE_CHECKING:
    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db(transaction=True)


def url(product: Product) -> str:
    return f"/api/categories/{product.category.slug}/products/{product.slug}/"


def order(client: APIClient):
    return partial(client.post, CREATE, DELIVERY, format="json")


def test_counts_beside_orders_lose_no_movement(staff, buyers):
    """T-RACE-17"""
    product = make_product(stock=50)
    counts = [partial(staff.patch, url(product), {"stock": n}, format="json") for n in range(30, 38)]

    answers = at_once(counts + [order(client) for client in buyers(12, {product: 1})])

    assert tally(answers) == {(200, ""): 8, (201, ""): 12}
    product.refresh_from_db()
    booked = StockMovement.objects.filter(product=product).aggregate(sum=Sum("delta"))["sum"]
    assert (product.stock, breaches()) == (booked, [])


def test_edits_of_old_copies_beside_orders_put_no_sold_piece_back(staff, buyers):
    """T-RACE-17"""
    product = make_product(stock=50)
    edits = [partial(staff.patch, url(product), {"name": f"P{n}"}, format="json") for n in range(8)]

    answers = at_once(edits + [order(client) for client in buyers(12, {product: 1})])

    assert tally(answers) == {(200, ""): 8, (201, ""): 12}
    product.refresh_from_db()
    assert (product.stock, breaches()) == (38, [])


def by_api(staff: APIClient, product: Product):
    return staff.delete(url(product))


def by_admin(staff: APIClient, product: Product):
    admin = Client(raise_request_exception=False)
    admin.force_login(make_user(is_staff=True, is_superuser=True))
    return admin.post(f"/admin/partscatalog_catalog/product/{product.pk}/delete/", {"post": "yes"})


def by_admin_action(staff: APIClient, product: Product):
    admin = Client(raise_request_exception=False)
    admin.force_login(make_user(is_staff=True, is_superuser=True))
    body = {"action": "delete_selected", "_selected_action": product.pk, "post": "yes"}
    return admin.post("/admin/partscatalog_catalog/product/", body)


def delete_beside_an_add(delete, buyer: APIClient, product: Product, monkeypatch):
    """Delete the product, and add it to a cart between the delete of what refers to it and its own."""
    cleared, added = Event(), Event()
    delete_batch = DeleteQuery.delete_batch

    def wait_and_delete(query: DeleteQuery, *args):
        if query.model is Product:
            cleared.set()
            added.wait(1)
        return delete_batch(query, *args)

    def add():
        cleared.wait(10)
        answer = buyer.post(f"/api/carts/products/{product.pk}/add/")
        added.set()
        return answer

    monkeypatch.setattr(DeleteQuery, "delete_batch", wait_and_delete)
    return at_once([delete, add])


def assert_deleted(answers) -> None:
    deleted, added = answers
    assert deleted.status_code in {204, 302}
    assert (added.status_code, added.data["code"]) == (404, "not_found")
    assert not Product.objects.exists()
    assert breaches() == []


@pytest.mark.parametrize("door", [by_api, by_admin, by_admin_action])
def test_a_product_is_deleted_beside_an_add(staff, buyers, monkeypatch, door):
    """T-ORDER-3"""
    product = make_product()
    (buyer,) = buyers(1, {})

    assert_deleted(delete_beside_an_add(partial(door, staff, product), buyer, product, monkeypatch))


@control
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: nobody adds meanwhile.")
def test_without_its_lock_the_delete_of_a_product_fails(staff, buyers, monkeypatch):
    """T-RACE-18"""
    product = make_product()
    (buyer,) = buyers(1, {})
    monkeypatch.setattr(products, "delete", lambda product: product.delete())

    answers = delete_beside_an_add(partial(by_api, staff, product), buyer, product, monkeypatch)

    assert tally(answers) == {(500, "error"): 1, (200, ""): 1}
    with pytest.raises(AssertionError):
        assert_deleted(answers)


def test_a_product_deleted_beside_orders_is_ordered_or_refused(staff, buyers, client_of):
    """T-ORDER-3"""
    product, other = make_product(stock=50), make_product(stock=50)
    orders = [order(client) for client in buyers(8, {product: 1, other: 1})]
    add = f"/api/carts/products/{product.pk}/add/"
    adds = [partial(client.post, add) for client in buyers(4, {other: 1})]

    answers = at_once(orders[:4] + adds[:2] + [partial(staff.delete, url(product))] + adds[2:] + orders[4:])

    deleted, placed = answers.pop(6), Order.objects.count()
    assert deleted.status_code == 204
    assert set(tally(answers)) <= {(201, ""), (200, ""), (404, "not_found")}
    assert tally(answers)[201, ""] == placed == 8
    assert not OrderLine.objects.exclude(product=None).exclude(product=other).exists()
    other.refresh_from_db()
    assert (other.stock, breaches()) == (50 - placed, [])


def patch(staff: APIClient, path: str, **body):
    return partial(staff.patch, f"/api/{path}/", body, format="json")


def post(staff: APIClient, path: str, **body):
    return partial(staff.post, f"/api/{path}/", body, format="json")


def filling(staff: APIClient, kind: str):
    """Return requests that put something of the kind below the category "engine"."""
    if kind == "moves":
        moved = [make_category(f"Group {n}") for n in range(6)]
        return [patch(staff, f"categories/{category.slug}", parent="engine") for category in moved]
    if kind == "new categories":
        return [post(staff, "categories", name="Pistons", parent="engine")] * 6
    return [post(staff, "products", name="Piston", price="10", category="engine")] * 6


@pytest.mark.parametrize("kind", ["moves", "new categories", "products"])
def test_a_category_deleted_while_it_is_filled_goes_or_stays(staff, kind):
    make_category("Engine")
    sends = filling(staff, kind)

    answers = at_once([*sends[:2], partial(staff.delete, "/api/categories/engine/"), *sends[2:]])

    deleted, filled = answers.pop(2), tally(answers)
    assert deleted.status_code in {204, 409}
    assert set(filled) <= {(200, ""), (201, ""), (400, "invalid"), (409, "conflict")}
    is_there = Category.objects.filter(slug="engine").exists()
    assert is_there == (deleted.status_code == 409) == (filled[200, ""] + filled[201, ""] > 0)
    assert breaches() == []


@pytest.mark.parametrize("path", ["categories/engine", "brands/nordwerk"])
def test_what_is_deleted_while_it_is_changed_does_not_come_back(staff, path):
    make_category("Engine")
    make_brand("Nordwerk")
    change = patch(staff, path, name="Other")

    answers = at_once([change] * 4 + [partial(staff.delete, f"/api/{path}/")] * 2 + [change] * 4)

    assert tally(answers[4:6]) == {(204, ""): 1, (404, "not_found"): 1}
    assert set(tally(answers[:4] + answers[6:])) <= {(200, ""), (404, "not_found")}
    assert (Category.objects.count(), Brand.objects.count()) in {(0, 1), (1, 0)}
    assert breaches() == []


def move_by_admin(category: Category, parent: Category):
    admin = Client(raise_request_exception=False)
    admin.force_login(make_user(is_staff=True, is_superuser=True))
    form = {"name": category.name, "parent": parent.pk, "is_active": "on"}
    return partial(admin.post, f"/admin/partscatalog_catalog/category/{category.pk}/change/", form)


def move_below_each_other(monkeypatch):
    """Let two of the staff each find a place free before either of them takes it."""
    first, second = make_category("Engine"), make_category("Pistons")
    sends = [move_by_admin(first, second), move_by_admin(second, first)]
    both_looked, verify_place = Barrier(2), tree.verify_place

    def look_and_wait(*args):
        verify_place(*args)
        with suppress(BrokenBarrierError):
            both_looked.wait(0.5)

    monkeypatch.setattr(tree, "verify_place", look_and_wait)
    return sorted(at_once(sends), key=lambda answer: answer.status_code)


def test_two_categories_moved_below_each_other_make_no_circle(monkeypatch):
    """T-DOS-5"""
    refused, moved = move_below_each_other(monkeypatch)

    assert (refused.status_code, moved.status_code) == (200, 302)
    assert "A category cannot stand there in the tree." in refused.content.decode()
    assert Category.objects.filter(parent=None).count() == 1
    assert breaches() == []


@control
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: nobody moves meanwhile.")
def test_without_the_lock_one_of_two_moves_fails(monkeypatch):
    monkeypatch.setattr(CategoryAdmin, "changeform_view", ModelAdmin.changeform_view)

    assert [answer.status_code for answer in move_below_each_other(monkeypatch)] == [302, 500]
    assert breaches() == []
