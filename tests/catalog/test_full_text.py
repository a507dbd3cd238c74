"""Full text search on PostgreSQL: accents, rank, typing errors, pages, and texts that follow every change."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from partscatalog.catalog.api import searching
from partscatalog.catalog.models import Brand, Product
from partscatalog.catalog.search import fulltext, setup
from partscatalog.testing import make_brand, make_category, make_product

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Full text search is PostgreSQL's."),
]

PRODUCTS = "/api/products/"


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()]


def found(api, text):
    return names(api.get(PRODUCTS, {"search": text}))


def test_is_there_where_the_extensions_are():
    assert setup.is_ready("default")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("\u00c9trier", "etrier"),
        ("Etrier", "\u00e9trier"),
        ("E\u0301trier", "\u00c9TRIER"),
        ("Stra\u00dfe", "strasse"),
        ("STRASSE", "stra\u00dfe"),
        ("\u03a4\u03ad\u03bb\u03bf\u03c2", "\u03a4\u0395\u039b\u039f\u03a3"),
        ("\u03a4\u0395\u039b\u039f\u03a3", "\u03c4\u03ad\u03bb\u03bf\u03c2"),
        ("\u0419\u043e\u0433\u0443\u0440\u0442", "\u0439\u041e\u0413\u0423\u0420\u0422"),
        ("Sm\u00f8rolie", "smorolie"),
        ("\u0130stanbul", "istanbul"),
        ("\u6d3b\u585e", "\u6d3b\u585e"),
    ],
)
def test_ignores_accents_and_letter_case_in_every_script(api, name, text):
    make_product(name)

    assert found(api, text) == [name]


def test_ranks_by_number_name_brand_and_description(api):
    group = make_category()
    make_product("In the number", number="ZETA 7", category=group)
    make_product("In the name: zeta", category=group)
    make_product("In the brand", brand=make_brand("Zeta"), category=group)
    make_product("In a longer name: zetan", category=group)
    make_product("In the description", description="Fits a zeta.", category=group)
    make_product("In a longer word", description="Fits a zetan.", category=group)

    assert found(api, "zeta") == [
        "In the number",
        "In the name: zeta",
        "In the brand",
        "In the description",
        "In a longer name: zetan",
        "In a longer word",
    ]


def test_shows_the_exact_number_before_whatever_ranks_well(api):
    group = make_category()
    make_product("Exact", number="AB-12", category=group)
    make_product("AB 12, the AB 12", number="AB12/AB12", category=group)

    assert found(api, "ab12") == ["Exact", "AB 12, the AB 12"]
    assert found(api, "ab 12") == ["Exact", "AB 12, the AB 12"]


def test_shows_the_newest_first_among_equals(api):
    group = make_category()
    for number in range(3):
        make_product(f"Piston {number}", category=group)

    assert found(api, "piston") == ["Piston 2", "Piston 1", "Piston 0"]


@pytest.fixture
def workshop():
    group = make_category()
    make_product("Piston ring set", number="NW-447", brand=make_brand("Kestrane"), category=group)
    make_product("Gasket", description="Composite, for cylinder heads", category=group)
    make_product("Joint de culasse", description="\u00c9tanch\u00e9it\u00e9 renforc\u00e9e", category=group)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pistn", "Piston ring set"),
        ("pisotn", "Piston ring set"),
        ("PISTONN", "Piston ring set"),
        ("pistons", "Piston ring set"),
        ("kestrene", "Piston ring set"),
        ("kestrane pisten rings", "Piston ring set"),
        ("gasekt", "Gasket"),
        ("gaskett", "Gasket"),
        ("cilynder gasket", "Gasket"),
        ("etancheite", "Joint de culasse"),
        ("etanchiete", "Joint de culasse"),
    ],
)
def test_mends_typing_errors(api, workshop, text, name):
    assert found(api, text) == [name]
    assert api.get("/api/products/facets/", {"search": text}).json()["in_stock"] == 1


@pytest.mark.parametrize(
    "text",
    ["nw-448", "nw447x", "zeppelin", "pistn zeppelin", "rin6", "rig", "gst", "kes", "!piston", "pi$ton"],
)
def test_takes_nothing_for_another_number_or_a_word_far_away(api, workshop, text):
    exact = {"rig": [], "kes": ["Piston ring set"]}

    assert found(api, text) == exact.get(text, [])


def test_mends_nothing_where_something_is_found(api, workshop):
    make_product("Pistol")

    assert found(api, "pistol") == ["Pistol"]
    assert found(api, "pisto") == ["Pistol", "Piston ring set"]
    assert names(api.get(PRODUCTS, {"search": "pistol", "brand": "kestrane"})) == []


@pytest.mark.parametrize(
    ("ordering", "shown"),
    [
        ({}, ["Gasket 3", "Gasket 2", "Gasket 1", "Gasket 0", "Gasket"]),
        ({"ordering": "name"}, ["Gasket", "Gasket 0", "Gasket 1", "Gasket 2", "Gasket 3"]),
        ({"ordering": "-price"}, ["Gasket 3", "Gasket 2", "Gasket 1", "Gasket 0", "Gasket"]),
        ({"ordering": "created_at"}, ["Gasket", "Gasket 0", "Gasket 1", "Gasket 2", "Gasket 3"]),
    ],
)
def test_goes_on_through_the_pages_of_a_mended_search_in_every_order(api, workshop, ordering, shown):
    group = make_category()
    for number in range(4):
        make_product(f"Gasket {number}", price=9_000 + number, category=group)

    query = {"search": "gasekt", "page_size": 2, "count": "true", **ordering}
    forwards = walk(api, "next", api.get(PRODUCTS, query))
    back = walk(api, "prev", forwards[-1])

    assert [names(page) for page in forwards] == [shown[:2], shown[2:4], shown[4:]]
    assert [page.json() for page in back] == [page.json() for page in forwards[::-1]]
    assert {page.headers["X-Total-Count"] for page in forwards} == {"5"}
    assert api.get(f"{PRODUCTS}facets/", {"search": "gasekt"}).json()["in_stock"] == len(shown)


@pytest.fixture(params=["small", "narrow", "ranked", "walked", "walked in vain", "sorted"])
def way(request, monkeypatch):
    """Let each way to make a page make it."""
    if request.param != "small":
        monkeypatch.setattr(fulltext, "SMALL", 0)
        monkeypatch.setattr(searching, "MOST_LISTED", 1_000 if request.param == "narrow" else 0)
        monkeypatch.setattr(searching, "MOST_RANKED", 1_000 if request.param == "ranked" else 0)
        monkeypatch.setattr(searching, "FEW", 10**9 if request.param == "sorted" else 0)
        monkeypatch.setattr(fulltext, "WALK", 3 if request.param == "walked in vain" else 1_000)
    return request.param


@pytest.fixture
def pistons(way):
    """Products of every tier and rank, many of them equal, of one moment."""
    group, brand = make_category(), make_brand("Piston Works")
    rows: list[dict[str, Any]] = [
        *[{"name": "Exact", "number": "PIS-TON"}] * 2,
        *[{"name": "Piston", "number": "piston 9"}] * 3,
        *[{"name": "Piston"}] * 4,
        *[{"name": "Ring", "brand": brand}] * 3,
        *[{"name": "Ring", "description": "For the piston"}] * 4,
        *[{"name": "Pistonring"}] * 3,
        *[{"name": "Ring", "description": "For all pistons"}] * 3,
        *[{"name": "Pin"}] * 5,
    ]
    for number, row in enumerate(rows):
        make_product(**{"category": group, **row, "slug": f"p{number}"})
    Product.objects.update(created_at="2025-01-15T10:30:00Z")
    for table in (setup.TEXTS, setup.PRODUCTS):
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")
    return way


def walk(api, rel, answer):
    pages = [answer]
    while links := dict(re.findall(r'<([^>]+)>; rel="(\w+)"', pages[-1].headers.get("Link", ""))):
        target = next((url for url, name in links.items() if name == rel), None)
        if target is None:
            break
        pages.append(api.get(target))
    return pages


def tier(row):
    """Return how well a product is found, the best first, as far as every way tells it."""
    if row["number"] == "PIS-TON":
        return 0
    if "Piston" in row["name"].split() or row["brand"]:
        return 1
    return 2 if "piston" in row["description"].split() else 3


@pytest.mark.parametrize("size", [1, 3, 50])
def test_pages_show_everything_once_in_one_order_forwards_and_back(api, pistons, size):
    forwards = walk(api, "next", api.get(PRODUCTS, {"search": "piston", "page_size": size, "count": "true"}))
    back = walk(api, "prev", forwards[-1])

    rows = [row for page in forwards for row in page.json()]
    ids = [row["id"] for row in rows]
    assert Counter(ids) == Counter(Product.objects.exclude(name="Pin").values_list("pk", flat=True))
    assert [tier(row) for row in rows] == sorted(tier(row) for row in rows)
    equal = [
        (tier(row), row["name"], row["number"] or "", row["brand"] or "", row["description"]) for row in rows
    ]
    for one, other, first, second in zip(equal, equal[1:], ids, ids[1:], strict=False):
        assert one != other or first > second
    assert [page.json() for page in back] == [page.json() for page in forwards[::-1]]
    assert {page.headers["X-Total-Count"] for page in forwards} == {"22"}


def test_who_comes_behind_the_end_is_led_back_the_way_that_it_came(api, pistons):
    forwards = walk(api, "next", api.get(PRODUCTS, {"search": "piston", "page_size": 5}))
    kept = [row["id"] for page in forwards[:3] for row in page.json()]
    after, before = forwards[3].request, forwards[2].request
    Product.objects.exclude(pk__in=kept).delete()
    cache.clear()

    behind = api.get(f"{after['PATH_INFO']}?{after['QUERY_STRING']}")
    back = walk(api, "prev", behind)
    assert [[row["id"] for row in page.json()] for page in back] == [[], kept[10:], kept[5:10], kept[:5]]

    third = api.get(f"{before['PATH_INFO']}?{before['QUERY_STRING']}")
    Product.objects.filter(pk__in=kept[:10]).delete()
    cache.clear()
    onwards = walk(api, "next", walk(api, "prev", third)[-1])
    assert [[row["id"] for row in page.json()] for page in onwards] == [[], kept[10:]]


def test_pages_go_on_as_they_began_when_the_shop_has_grown(api, pistons, monkeypatch):
    """What is ranked is decided by the first page."""
    first = api.get(PRODUCTS, {"search": "piston", "page_size": 5})
    whole = [row["id"] for row in api.get(PRODUCTS, {"search": "piston"}).json()]
    monkeypatch.setattr(fulltext, "SMALL", 4 * 1024 * 1024 if pistons != "small" else 0)
    monkeypatch.setattr(searching, "MOST_RANKED", 0 if pistons == "ranked" else 1_000)

    pages = walk(api, "next", first)

    assert [row["id"] for page in pages for row in page.json()] == whole


def test_a_new_product_does_not_disturb_the_pages(api, pistons):
    first = api.get(PRODUCTS, {"search": "piston", "page_size": 10})
    seen = [row["id"] for row in first.json()]
    rest = [row["id"] for row in api.get(PRODUCTS, {"search": "piston"}).json()][10:]
    last = Product.objects.get(pk=seen[-1])
    make_product("Exact too", number="piston", category=last.category)
    last.delete()

    second = walk(api, "next", first)[1:]

    assert [row["id"] for page in second for row in page.json()] == rest


@pytest.mark.parametrize(
    "query", [{"brand": "piston-works"}, {"in_stock": "false"}, {"category": "engine-parts"}]
)
def test_filters_narrow_what_is_found_in_every_way(api, pistons, query):
    Product.objects.filter(slug__in=["p0", "p3", "p12", "p20"]).update(stock=0)
    listed = [row["id"] for row in api.get(PRODUCTS, query).json() if row["name"] != "Pin"]

    assert sorted(row["id"] for row in api.get(PRODUCTS, {**query, "search": "piston"}).json()) == sorted(
        listed
    )


def save(product):
    product.name = "Valve"
    product.save()


def update_in_bulk(product):
    product.name = "Valve"
    Product.objects.bulk_update([product], ["name"])


def rename_the_brand(product):
    Product.objects.update(name="", brand=make_brand("Other"))
    Brand.objects.filter(name="Other").update(name="Valve")


def replace_it(product):
    Product.objects.bulk_create([Product(name="Valve", slug="v", price=1, category=product.category)])
    product.delete()


def write_plain_sql(product):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {setup.PRODUCTS} SET name = 'Valve' WHERE id = %s", [product.pk])


CHANGES = {
    "saved": save,
    "updated": lambda _product: Product.objects.update(name="Valve"),
    "updated in bulk": update_in_bulk,
    "description": lambda _product: Product.objects.update(name="", description="a valve"),
    "number": lambda _product: Product.objects.update(name="", number="valve"),
    "brand": lambda _product: Product.objects.update(name="", brand=make_brand("Valve Ltd")),
    "brand renamed": rename_the_brand,
    "replaced": replace_it,
    "plain SQL": write_plain_sql,
}


@pytest.mark.parametrize("change", CHANGES)
def test_follows_every_change_of_what_is_searched(api, change):
    product = make_product("Piston")
    assert (found(api, "piston"), found(api, "valve")) == (["Piston"], [])

    CHANGES[change](product)

    assert (len(found(api, "piston")), len(found(api, "valve"))) == (0, 1)


def texts():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {setup.TEXTS}")
        (number,) = cursor.fetchone()
        return number


def test_keeps_the_text_of_products_that_are_there_alone():
    product = make_product("Piston")
    make_product("Ring")
    with transaction.atomic():
        make_product("Lost")
        transaction.set_rollback(True)
    assert texts() == 2

    product.delete()
    assert texts() == 1

    Product.objects.all().delete()
    assert texts() == 0


def test_writes_no_text_when_stock_and_price_change():
    product = make_product("Piston")
    before = written()

    Product.objects.update(stock=3, price=7, is_active=False)
    product.refresh_from_db()
    product.price = 8
    product.save()

    assert written() == before


def written():
    """Return where the texts' rows stand, which moves when they are written."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid, xmin FROM {setup.TEXTS} ORDER BY product_id")
        return cursor.fetchall()


def test_reads_a_page_in_as_many_statements_as_are_needed(api, statements):
    make_product("Piston", category=make_category())
    assert setup.is_ready("default")

    with statements() as ran:
        found(api, "piston")

    # The words, the page and its pictures.
    assert len(ran) == 3, ran.sql
