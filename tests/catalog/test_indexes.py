"""Lists of products: each filter in each ordering walks an index, and none is sorted or looked through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partscatalog.catalog.api import searching
from partscatalog.catalog.models import Product
from partscatalog.catalog.search import Query, fulltext
from partscatalog.catalog.services import stock
from partscatalog.testing import make_brand, make_category, make_product

pytestmark = pytest.mark.django_db

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="Plans name indexes in another way.")
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="Its plans alone tell what was looked at."
)

PRODUCTS = "partscatalog_catalog_product"
SIZE = 5
ORDERINGS = {
    "": "newest",
    "created_at": "newest",
    "-created_at": "newest",
    "price": "price",
    "-price": "price",
    "name": "name",
    "-name": "name",
}
#: What is asked for (many products, few, none), and the indexes that SQLite walks in each ordering.
FILTERS = {
    "": "pc_product_{}",
    "brand=brand-7": "pc_product_brand_{}",
    "brand=few": "pc_product_brand_{}",
    "brand=empty": "pc_product_brand_{}",
    "category=engine": "pc_product_{}",
    "category=few": "pc_product_{}",
    "category=empty": "pc_product_{}",
    "category=few&in_stock=false": "pc_product_stock_{}",
    "in_stock=true": "pc_product_stock_{}",
    "in_stock=false": "pc_product_stock_{}",
    "brand=brand-7&in_stock=true": "pc_product_brand_{}",
    "brand=brand-7&in_stock=false": "pc_product_brand_{}",
}
#: A range of prices has an index in their own order alone.
PRICES = [("min_price=10&max_price=20", "price"), ("min_price=10&max_price=20", "-price")]
#: The categories below engine, and it: of each so many products are found by an index and looked at. They are
#: many, for of a few it costs PostgreSQL the same to walk through the newest of all.
CATEGORIES = 41
MOST = {"category=engine": 2 * CATEGORIES * (SIZE + 1), "category=few": 2 * (SIZE + 1)}


@pytest.fixture
def shop():
    """Many products of some brands and three of another, nearly all in stock, analysed."""
    brands = [make_brand(f"Brand {number}") for number in range(20)]
    few = make_brand("Few")
    make_brand("Empty")
    engine = make_category("Engine")
    categories = [make_category(f"Group {number}", parent=engine) for number in range(CATEGORIES - 1)]
    few_of_all = make_category("Few")
    make_category("Empty")
    Product.objects.bulk_create(
        Product(
            name=f"Part {number % 37}",
            slug=f"part-{number}",
            price=number % 53,
            category=few_of_all if number in {9, 900, 1_600} else categories[number % len(categories)],
            brand=few if number in {5, 500, 1_500} else brands[number % 20],
            stock=0 if number in {7, 1_001, 2_222} else 1 + number % 3,
        )
        for number in range(3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def url(asked: str, ordering: str = "") -> str:
    order = [f"ordering={ordering}"] if ordering else []
    return "/api/products/?" + "&".join([*filter(None, [asked]), *order, f"page_size={SIZE}"])


def page_of(api, address: str) -> str:
    """Return the statement that finds the page."""
    with CaptureQueriesContext(connection) as ran:
        assert api.get(address).status_code == 200
    (page,) = [query["sql"] for query in ran if f"LIMIT {SIZE + 1}" in query["sql"]]
    return page


def looked_at(page: str) -> int:
    """Return at how many rows of products PostgreSQL looks."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {page}")
        ((found,),) = cursor.fetchall()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return sum(
        node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for node in nodes(plan)
        if node.get("Relation Name") == PRODUCTS
    )


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


def pages(api) -> dict[tuple[str, str], str]:
    """Return the statement of each filter and ordering."""
    asked = [*((each, order) for each in FILTERS for order in ORDERINGS), *PRICES]
    return {(each, order): page_of(api, url(each, order)) for each, order in asked}


@on_sqlite
def test_pages_walk_the_index_of_their_filter_and_order(api, shop):
    plans = {each: explained(page) for each, page in pages(api).items()}

    indexes = {
        (asked, order): FILTERS.get(asked, "pc_product_{}").format(ORDERINGS[order]) for asked, order in plans
    }
    unused = {each: plan for each, plan in plans.items() if f" {indexes[each]}" not in plan}
    sorting = {each: plan for each, plan in plans.items() if "TEMP B-TREE" in plan}
    assert (unused, sorting) == ({}, {})


@on_postgresql
def test_pages_look_at_the_products_that_they_show_alone(api, shop):
    """Which index it takes PostgreSQL decides by what it knows of the products."""
    seen = {each: looked_at(page) for each, page in pages(api).items()}

    assert {
        (asked, order): number
        for (asked, order), number in seen.items()
        if number > MOST.get(asked, SIZE + 1)
    } == {}


@on_postgresql
def test_a_category_that_is_none_is_refused_without_a_look_at_products(api, shop):
    """Else the whole index of an ordering is walked to find that none is in it."""
    with CaptureQueriesContext(connection) as ran:
        answer = api.get("/api/products/?category=nonesuch&ordering=price&page_size=5")
    (page,) = [query["sql"] for query in ran if "LIMIT 6" in query["sql"]]

    assert (answer.status_code, list(answer.json())) == (400, ["category", "code"])
    assert looked_at(page) == 0


@on_postgresql
@pytest.mark.parametrize(("delta", "written"), [(-1, False), (-5, True)], ids=["left", "sold out"])
def test_a_change_of_stock_writes_indexes_where_the_last_piece_goes_alone(delta, written):
    """PostgreSQL leaves all indexes alone as long as no column of any has another value."""
    piston = make_product(stock=5)

    before = plain_updates()
    stock.adjust(product=piston, delta=delta, note="Damaged")

    assert plain_updates() - before == (1 if written else 0)


def plain_updates() -> int:
    """Return how many updates of products of this transaction wrote indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_upd - n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = %s", [PRODUCTS]
        )
        ((number,),) = cursor.fetchall()
    return int(number)


#: Spellings of one number, of which the second holds a sign that is no separator.
NUMBERS = ["nw 77", "nw|77"]


def fill_with_numbers() -> None:
    brand, category = make_brand(), make_category("Engine")
    Product.objects.bulk_create(
        Product(
            name=f"Part {number % 37}",
            slug=f"part-{number}",
            number=f"NW-{number}",
            price=number % 53,
            category=category,
            brand=brand,
        )
        for number in range(300)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def explained(sql: str) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.skipif(
    connection.vendor not in {"postgresql", "sqlite"}, reason="Its plans name indexes in another way."
)
def test_a_number_is_looked_up_in_its_index():
    fill_with_numbers()

    for text in NUMBERS:
        products = Product.objects.filter(Query.parse(text).is_number)
        assert [product.number for product in products] == ["NW-77"]
        assert "pc_product_number" in products.order_by().explain()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Full text search is PostgreSQL's.")
def test_full_text_search_reads_no_products_one_by_one_for_a_number(api, monkeypatch):
    monkeypatch.setattr(fulltext, "SMALL", 0)
    monkeypatch.setattr(searching, "MOST_LISTED", 0)
    fill_with_numbers()

    for text in NUMBERS:
        with CaptureQueriesContext(connection) as ran:
            answer = api.get("/api/products/", {"search": text, "page_size": 1})
        prepared, exact, *_ = [
            explained(query["sql"]) for query in ran if "number_normalised" in query["sql"]
        ]
        assert [row["number"] for row in answer.json()] == ["NW-77"]
        assert "pc_product_number" in prepared
        assert "pc_product_number" in exact
