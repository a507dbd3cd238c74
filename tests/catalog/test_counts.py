"""The numbers of products that PostgreSQL's triggers keep: right whatever writes products."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import product as combinations
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from partscatalog.catalog import counts, tasks
from partscatalog.catalog.models import Brand, Category, Product
from partscatalog.catalog.services import groups, products, stock
from partscatalog.testing import make_brand, make_category, make_product
from partscatalog.testing.storms import storm

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL alone keeps the numbers."),
]


@pytest.fixture
def shop() -> tuple[list[Category], list[Brand | None]]:
    engine = make_category("Engine")
    categories = [engine, make_category("Pistons", parent=engine), make_category("Brakes")]
    brands = [make_brand("Nordwerk"), make_brand("Altona"), None]
    for number, (category, brand) in enumerate(combinations(categories, brands)):
        make_product(f"Part {number}", category=category, brand=brand, stock=number % 3)
    return categories, brands


def kept() -> Counter[tuple[int, int | None, bool]]:
    """Return the numbers that the table holds."""
    found: Counter[tuple[int, int | None, bool]] = Counter()
    for is_in_stock in (True, False):
        pks = [*Category.objects.values_list("pk", flat=True)]
        for each in counts.read("default", pks, in_stock=is_in_stock):
            found[each.category, each.brand, is_in_stock] += each.fitting
    return +found


def counted() -> Counter[tuple[int, int | None, bool]]:
    """Return the numbers that the products have."""
    rows = Product.objects.filter(is_active=True).values_list("category", "brand", "stock")
    return Counter((category, brand, number > 0) for category, brand, number in rows)


def any_product() -> Product:
    found: list[Product] = [*Product.objects.order_by("pk")]
    return random.choice(found)


def some():
    pks = [*Product.objects.order_by("pk").values_list("pk", flat=True)]
    return Product.objects.filter(pk__in=random.sample(pks, 3))


def undone(categories, brands):
    with suppress(DatabaseError), transaction.atomic():
        some().update(is_active=False, stock=7)
        some().update(stock=-1)


def by_sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def in_bulk(categories, brands):
    products.bulk_add(
        Product(
            name="Bulk",
            category=random.choice(categories),
            brand=random.choice(brands),
            price=Decimal(5),
            stock=random.randrange(2),
            is_active=random.random() < 0.7,
        )
        for _ in range(4)
    )


DOORS: dict[str, Callable[..., object]] = {
    "a sale": lambda *_: [
        stock.adjust(product=each, delta=-each.stock, note="") for each in some() if each.stock
    ],
    "a delivery": lambda *_: stock.adjust(product=any_product(), delta=2, note=""),
    "moved": lambda categories, _: products.update(any_product(), {"category": random.choice(categories)}),
    "branded": lambda _, brands: products.update(any_product(), {"brand": random.choice(brands)}),
    "hidden": lambda *_: products.update(any_product(), {"is_active": False}),
    "shown": lambda *_: some().update(is_active=True),
    "made": lambda categories, brands: make_product(
        f"New {random.random()}", category=random.choice(categories), brand=random.choice(brands)
    ),
    "made in bulk": in_bulk,
    "deleted": lambda *_: Product.objects.count() > 5 and products.delete(any_product()),
    "by update()": lambda *_: some().update(stock=random.randrange(2)),
    "by raw SQL": lambda *_: by_sql(
        f"UPDATE {counts.PRODUCTS} SET stock = 1 - least(stock, 1), is_active = NOT is_active"
        " WHERE id % 2 = 0"
    ),
    "undone": undone,
    "condensed": lambda *_: counts.condense(),
}


@pytest.mark.parametrize("seed", range(6))
def test_the_numbers_are_those_of_the_products_whatever_writes_them(shop, seed):
    random.seed(seed)
    for name in random.choices([*DOORS], k=40):
        DOORS[name](*shop)
        assert kept() == counted(), name


@pytest.mark.parametrize("trigger", ["added", "changed", "removed"])
def test_such_trials_find_each_trigger_that_is_missing(shop, trigger):
    by_sql(f"DROP TRIGGER pc_count_{trigger} ON {counts.PRODUCTS}")
    try:
        random.seed(1)
        wrong = 0
        for name in random.choices([*DOORS], k=40):
            DOORS[name](*shop)
            wrong += kept() != counted()
        assert wrong
    finally:
        counts.install(connection)


@pytest.mark.django_db(transaction=True)
def test_all_products_may_go_at_once(shop):
    by_sql(f"TRUNCATE {counts.PRODUCTS} CASCADE")

    assert (kept(), counted()) == (Counter(), Counter())


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_the_numbers_right_and_wait_for_nobody(shop):
    pks = [*Product.objects.values_list("pk", flat=True)]

    def change(pk):
        Product.objects.filter(pk=pk).update(stock=1 - pk % 2, is_active=pk % 3 > 0)

    writers: list[Callable[[], object]] = [partial(change, pk) for pk in pks]
    outcomes = storm([*writers, *[counts.condense] * 4])

    assert (outcomes.errors, kept()) == ([], counted())


@pytest.mark.parametrize("way", [tasks.purge_changes, partial(call_command, "purge_changes", verbosity=0)])
def test_a_number_becomes_one_row(shop, way):
    for _ in range(3):
        Product.objects.update(stock=F("stock") + 1)
        Product.objects.update(stock=0)
    before = kept()
    way()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), sum(products) FROM {counts.COUNTS}")
        assert cursor.fetchone() == (len(before), before.total())
    assert kept() == before == counted()


FACETS = [
    "",
    "?brand=altona",
    "?in_stock=true",
    "?in_stock=false",
    "?category=pistons",
    "?category=engine&brand=nordwerk",
]


@pytest.mark.parametrize("query", FACETS)
@pytest.mark.parametrize("path", ["/api/products/facets/", "/api/categories/engine/products/facets/"])
def test_facets_are_the_same_by_kept_numbers_and_by_counting(api, shop, path, query):
    groups.change(shop[0][1], {"name": "Pistons and rings"})
    by_numbers = api.get(path + query)
    with patch.object(counts, "are_ready", return_value=False):
        by_counting = api.get(path + query)

    assert (by_numbers.status_code, by_numbers.content) == (200, by_counting.content)


def test_a_user_who_may_not_read_the_numbers_counts_products_and_keeps_them_right(api, shop):
    """The site's user is often another one than the one who migrates."""
    expected = api.get("/api/products/facets/").content
    by_sql("CREATE ROLE shop_clerk")
    by_sql("GRANT shop_clerk TO CURRENT_USER")
    by_sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO shop_clerk")
    by_sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO shop_clerk")
    by_sql(f"REVOKE ALL ON {counts.COUNTS} FROM shop_clerk")
    by_sql("SET LOCAL ROLE shop_clerk")
    counts._is_installed.cache_clear()
    plain = counts.are_ready("default"), api.get("/api/products/facets/").content
    make_product("Ring", category=shop[0][0])
    by_sql("RESET ROLE")
    counts._is_installed.cache_clear()

    assert (plain, counts.are_ready("default"), kept()) == ((False, expected), True, counted())


def test_a_command_counts_anew_what_a_restore_without_triggers_left_wrong(shop):
    by_sql(f"DELETE FROM {counts.COUNTS}")
    assert kept() != counted()

    with suppress(CommandError):  # where the server lets nobody have full text
        call_command("rebuild_search")

    assert kept() == counted()


def test_is_made_and_removed_as_often_as_one_likes(shop):
    for step in (counts.remove, counts.remove, counts.install, counts.install):
        step(connection)

    assert kept() == counted()
