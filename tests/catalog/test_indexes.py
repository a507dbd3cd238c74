"""Each documented filter and ordering of products walks an index in its order: no list is sorted whole."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partscatalog.catalog.api import searching
from partscatalog.catalog.models import Product
from partscatalog.catalog.search import Query, fulltext
from partscatalog.testing import make_brand, make_category

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor not in {"postgresql", "sqlite"}, reason="Its plans name indexes in another way."
    ),
]

PAGES = {
    "/api/products/": "pc_product_newest",
    "/api/products/?ordering=created_at": "pc_product_newest",
    "/api/products/?ordering=price": "pc_product_price",
    "/api/products/?ordering=-price": "pc_product_price",
    "/api/products/?ordering=price&min_price=10&max_price=20": "pc_product_price",
    "/api/products/?ordering=name": "pc_product_name",
    "/api/products/?ordering=-name": "pc_product_name",
    "/api/products/?brand=brand-7": "pc_product_brand_newest",
    "/api/products/?in_stock=true": "pc_product_newest",
}


#: Spellings of one number, of which the second holds a sign that is no separator.
NUMBERS = ["nw 77", "nw|77"]


def fill(count: int = 3_000, *, with_numbers: bool = False) -> None:
    brands = [make_brand(f"Brand {number}") for number in range(20)]
    category = make_category("Engine")
    Product.objects.bulk_create(
        Product(
            name=f"Part {number % 37}",
            slug=f"part-{number}",
            number=f"NW-{number}" if with_numbers else None,
            price=number % 53,
            category=category,
            brand=brands[number % 20],
            stock=number % 3,
        )
        for number in range(count)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan_of(api, url: str) -> str:
    with CaptureQueriesContext(connection) as ran:
        assert len(api.get(f"{url}{'&' if '?' in url else '?'}page_size=5").json()) == 5
    (page,) = [query["sql"] for query in ran if "LIMIT 6" in query["sql"]]
    return explained(page)


def explained(sql: str) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_pages_walk_an_index_in_their_order(api):
    fill()

    plans = {url: plan_of(api, url) for url in PAGES}

    unused = {url: plan for url, plan in plans.items() if PAGES[url] not in plan}
    sorting = {url: plan for url, plan in plans.items() if "Sort" in plan or "TEMP B-TREE" in plan}
    assert (unused, sorting) == ({}, {})


def test_a_number_is_looked_up_in_its_index():
    fill(300, with_numbers=True)

    for text in NUMBERS:
        products = Product.objects.filter(Query.parse(text).is_number)
        assert [product.number for product in products] == ["NW-77"]
        assert "pc_product_number" in products.order_by().explain()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Full text search is PostgreSQL's.")
def test_full_text_search_reads_no_products_one_by_one_for_a_number(api, monkeypatch):
    monkeypatch.setattr(fulltext, "SMALL", 0)
    monkeypatch.setattr(searching, "MOST_LISTED", 0)
    fill(300, with_numbers=True)

    for text in NUMBERS:
        with CaptureQueriesContext(connection) as ran:
            answer = api.get("/api/products/", {"search": text, "page_size": 1})
        prepared, exact, *_ = [
            explained(query["sql"]) for query in ran if "number_normalised" in query["sql"]
        ]
        assert [row["number"] for row in answer.json()] == ["NW-77"]
        assert "pc_product_number" in prepared
        assert "pc_product_number" in exact


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Its plans alone tell what was not run.")
def test_a_category_that_is_none_is_refused_without_a_look_at_products(api):
    """Else the whole index of an ordering is walked to find that none is in it."""
    fill()
    with CaptureQueriesContext(connection) as ran:
        answer = api.get("/api/products/?category=nonesuch&ordering=price&page_size=5")
    (page,) = [query["sql"] for query in ran if "LIMIT 6" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ANALYZE {page}")
        plan = [row[0] for row in cursor.fetchall()]

    assert (answer.status_code, list(answer.json())) == (400, ["category", "code"])
    assert [
        line for line in plan if " on partscatalog_catalog_product" in line and "never executed" not in line
    ] == []
