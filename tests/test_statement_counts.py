"""What each endpoint costs in statements: the same for one row and for many, and within its budget.

Not counted: transaction marks, sessions, the look-up of a token's user, jobs after the commit, and what a
search on PostgreSQL asks for once, its words (``tests/catalog/test_full_text.py`` counts that).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from rest_framework.test import APIClient

from partscatalog.catalog import counts
from partscatalog.catalog.search import setup
from partscatalog.testing import make_cart, make_product
from tests.schema.openapi import operations
from tests.schema.requests import CALLS, body, query
from tests.schema.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.schema.requests import Change
    from tests.schema.scene import Call

pytestmark = pytest.mark.django_db

#: The look-up of the user whom an access token names.
TOKEN = re.compile(r"SELECT .* FROM .auth_user. WHERE .auth_user.\..id. = \d+ LIMIT 21", re.DOTALL)
#: The look-up of what the words of a search are to full text.
SEARCHED = re.compile(r"\s*WITH given AS MATERIALIZED")
MANY = 12

#: Statements of one request of each operation.
COSTS = {
    "brands_list": 1,
    "brands_create": 4,
    "brands_retrieve": 1,
    "brands_update": 7,
    "brands_partial_update": 7,
    "brands_destroy": 8,
    "carts_items_delete": 3,
    "carts_items_quantity": 4,
    "carts_products_add": 3,
    "carts_products_empty": 3,
    "carts_products_list": 2,
    "categories_list": 1,
    "categories_create": 10,
    "categories_retrieve": 1,
    "categories_update": 9,
    "categories_partial_update": 9,
    "categories_destroy": 9,
    "category_products_facets": 3,
    "category_products_list": 2,
    "orders_list": 2,
    "orders_create": 8,
    "orders_retrieve": 3,
    "orders_cancel": 10,
    "payments_create": 8,
    "payments_detail": 5,
    "payments_refund": 28,
    "payments_verify": 9,
    "payments_webhook": 8,
    "product_images_create": 8,
    "product_images_destroy": 7,
    "product_images_partial_update": 7,
    "products_facets": 3,
    "products_list": 2,
    "products_create": 7,
    "products_retrieve": 2,
    "products_update": 9,
    "products_partial_update": 8,
    "products_destroy": 12,
    "users_login": 2,
    "users_logout": 1,
    "users_me": 0,
    "users_me_change": 1,
    "users_password_change": 1,
    "users_password_reset": 1,
    "users_password_reset_confirm": 2,
    "users_register": 2,
    "users_token_refresh": 1,
}


def with_a_cart(scene: Scene, call: Call) -> Call:
    scene.item()
    return call


def of_a_user(scene: Scene, call: Call) -> Call:
    return call.but(who="buyer")


def of_a_user_with_a_cart(scene: Scene, call: Call) -> Call:
    make_cart(scene.pieces, user=scene.user)
    return call.but(who="buyer")


def with_the_carts_token(scene: Scene, call: Call) -> Call:
    scene.clients["guest"] = APIClient()
    url = f"/api/carts/products/{scene.product.pk}/add/"
    token = scene.clients["guest"].post(url).headers["X-Cart-Token"]
    scene.clients["guest"] = APIClient()
    return call.but(headers={"X-Cart-Token": token})


def with_a_key(_scene: Scene, call: Call) -> Call:
    return call.but(headers={"Idempotency-Key": "first"})


def next_page(scene: Scene, call: Call) -> Call:
    first = scene.send(operations()["products_list"], call.but(query={"page_size": 1}))
    return call.but(query=dict(parse_qsl(urlsplit(first["Link"].partition(">")[0].strip("<")).query)))


def after_it_was_found_paid(scene: Scene, call: Call) -> Call:
    scene.send(operations()["payments_verify"], call)
    return call


def after_refunds(scene: Scene, call: Call) -> Call:
    """Give a piece of the money back for each product that there is."""
    for _product in scene.products:
        scene.send(operations()["payments_refund"], call.but(body={"amount": "1.00"}))
    return call


#: The same operations asked otherwise. A name, so that a failure says which.
VARIANTS: list[tuple[str, str, Change, int]] = [
    ("carts_products_add", "a guest with a cart", with_a_cart, 2),
    ("carts_products_add", "a guest with a token", with_the_carts_token, 2),
    ("carts_products_add", "a user's first", of_a_user, 5),
    ("carts_products_add", "a user with a cart", of_a_user_with_a_cart, 2),
    ("carts_products_list", "a guest with a token", with_the_carts_token, 2),
    ("carts_products_list", "a user", of_a_user_with_a_cart, 2),
    ("carts_items_quantity", "set", body(quantity=2), 4),
    ("orders_create", "with a key", with_a_key, 9),
    ("orders_list", "counted", query(count="true", page_size=200), 2),
    ("products_list", "the largest page", query(page_size=200, search=""), 2),
    ("products_list", "searched by number", query(search="NW1", ordering="-price"), 2),
    ("products_list", "filtered", query(category="engine-parts", brand="nordwerk", in_stock="true"), 2),
    ("products_list", "counted", query(count="true"), 2),
    ("products_list", "a later page", next_page, 2),
    ("category_products_list", "filtered", query(brand="nordwerk", search="piston"), 2),
    ("category_products_list", "counted", query(count="true"), 2),
    (
        "category_products_list",
        "nothing found",
        query(category="engine-parts", brand="nordwerk", max_price="1"),
        2,
    ),
    ("products_facets", "of a search", query(category="engine-parts", brand="nordwerk", search="piston"), 3),
    ("categories_list", "counted", query(count="true", page_size=1_000), 1),
    ("brands_list", "a small page", query(page_size=1), 1),
    ("payments_detail", "with refunds", after_refunds, 5),
    ("payments_refund", "repeatable", with_a_key, 29),
    ("payments_refund", "of the rest", lambda s, c: replace(after_refunds(s, c), body={}), 29),
    ("payments_verify", "known to be paid", after_it_was_found_paid, 1),
]


@pytest.fixture
def scene(settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    setup.is_ready("default")  # asked once in a process
    counts.are_ready("default")
    return Scene(settings)


@pytest.fixture
def cost(scene, statements) -> Callable[[str, Call], list[str]]:
    """Return the statements that a request ran, once it has succeeded."""

    def count(name: str, call: Call) -> list[str]:
        with statements() as ran:
            response = scene.send(operations()[name], call)
        assert response.status_code < 300, response.content
        return [sql for sql in ran.sql if not TOKEN.match(sql) and not SEARCHED.match(sql)]

    return count


@pytest.mark.parametrize("rows", [1, MANY])
@pytest.mark.parametrize("name", operations())
def test_an_operation_costs_its_statements_whatever_there_is(scene, cost, name, rows):
    scene.grow(rows)

    ran = cost(name, CALLS[name](scene))

    assert len(ran) == COSTS[name], ran


@pytest.mark.parametrize("rows", [1, MANY])
@pytest.mark.parametrize(
    ("name", "change", "statements_run"),
    [pytest.param(name, change, number, id=f"{name}, {what}") for name, what, change, number in VARIANTS],
)
def test_an_operation_asked_otherwise_costs_its_statements(scene, cost, name, change, statements_run, rows):
    scene.grow(rows)

    ran = cost(name, change(scene, CALLS[name](scene)))

    assert len(ran) == statements_run, ran


@pytest.mark.parametrize("lines", [143, 200, 400])
def test_an_order_of_many_lines_costs_what_one_of_a_few_does(scene, cost, lines):
    """A cart holds 200 lines unless the site lets it hold more."""
    more = range(lines - len(scene.products))
    scene.products += [make_product(f"Ring {n}", category=scene.category) for n in more]

    ran = cost("orders_create", CALLS["orders_create"](scene))

    assert len(ran) == COSTS["orders_create"], ran


def test_every_cost_keeps_its_budget():
    public = {
        name
        for name, each in operations().items()
        if each.method == "GET" and each.spec["tags"] == ["catalog"]
    }
    budgets = {
        **dict.fromkeys(public, 3),
        "carts_products_add": 6,
        "carts_products_list": 4,
        "orders_create": 8,
    }
    told = [*COSTS.items(), *((name, number) for name, what, _, number in VARIANTS if what != "with a key")]

    assert {name for name, number in told if number > budgets.get(name, number)} == set()
    assert [number for _, what, _, number in VARIANTS if what == "with a key"] == [9]
