"""Facets: what a list can be narrowed to, each number being what the list would then hold."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest

from partscatalog.catalog.search import setup
from partscatalog.testing import make_brand, make_category, make_product

pytestmark = pytest.mark.django_db

FACETS = "/api/products/facets/"
PRODUCTS = "/api/products/"
NONE = {"categories": [], "brands": [], "price": {"min": None, "max": None}, "in_stock": 0}


def choice(slug, name, count):
    return {"slug": slug, "name": name, "count": count}


@pytest.fixture
def shop():
    """Two brands and products without one, in a tree of three levels beside another group."""
    engine = make_category("Engine Parts")
    pistons = make_category("Pistons", parent=engine)
    rings = make_category("Rings", parent=pistons)
    brakes = make_category("Brakes")
    nordwerk, altona = make_brand("Nordwerk"), make_brand("Altona")
    for name, category, brand, price, stock in (
        ("Forged piston", pistons, nordwerk, "2500", 5),
        ("Cast piston", pistons, altona, "1500", 0),
        ("Piston ring", rings, nordwerk, "300.50", 9),
        ("Gasket", engine, None, "150", 0),
        ("Disc", brakes, altona, "4000", 2),
    ):
        make_product(name, category=category, brand=brand, price=Decimal(price), stock=stock)
    return engine


def test_counts_what_each_choice_would_list(api, shop):
    answer = api.get(FACETS)

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "categories": [
                choice("engine-parts", "Engine Parts", 4),
                choice("pistons", "Pistons", 3),
                choice("brakes", "Brakes", 1),
                choice("rings", "Rings", 1),
            ],
            "brands": [choice("altona", "Altona", 2), choice("nordwerk", "Nordwerk", 2)],
            "price": {"min": "150.00", "max": "4000.00"},
            "in_stock": 3,
        },
    )


@pytest.mark.parametrize(
    ("query", "categories", "brands", "price", "in_stock"),
    [
        (
            {"category": "pistons"},
            {"engine-parts": 4, "pistons": 3, "brakes": 1, "rings": 1},
            {"nordwerk": 2, "altona": 1},
            ("300.50", "2500.00"),
            2,
        ),
        (
            {"brand": "altona"},
            {"brakes": 1, "engine-parts": 1, "pistons": 1},
            {"altona": 2, "nordwerk": 2},
            ("1500.00", "4000.00"),
            1,
        ),
        (
            {"min_price": "300.50", "max_price": "1500"},
            {"engine-parts": 2, "pistons": 2, "rings": 1},
            {"altona": 1, "nordwerk": 1},
            ("150.00", "4000.00"),
            1,
        ),
        (
            {"in_stock": "false"},
            {"engine-parts": 2, "pistons": 1},
            {"altona": 1},
            ("150.00", "1500.00"),
            3,
        ),
        (
            {"search": "piston"},
            {"engine-parts": 3, "pistons": 3, "rings": 1},
            {"nordwerk": 2, "altona": 1},
            ("300.50", "2500.00"),
            2,
        ),
        (
            {"category": "engine-parts", "brand": "nordwerk", "max_price": "1000", "in_stock": "true"},
            {"engine-parts": 1, "pistons": 1, "rings": 1},
            {"nordwerk": 1},
            ("300.50", "2500.00"),
            1,
        ),
        ({"search": "zeppelin"}, {}, {}, (None, None), 0),
        (
            {"ordering": "sideways", "cursor": "x", "page_size": "0", "search": ""},
            4,
            2,
            ("150.00", "4000.00"),
            3,
        ),
    ],
)
def test_leaves_out_its_own_choice_and_keeps_all_others(
    api, shop, query, categories, brands, price, in_stock
):
    answer = api.get(FACETS, query)

    assert answer.status_code == 200, answer.content
    told = {
        facet: {each["slug"]: each["count"] for each in answer.json()[facet]}
        for facet in ("categories", "brands")
    }
    assert (len(told["categories"]) if isinstance(categories, int) else told["categories"]) == categories
    assert (len(told["brands"]) if isinstance(brands, int) else told["brands"]) == brands
    assert answer.json()["price"] == dict(zip(("min", "max"), price, strict=True))
    assert answer.json()["in_stock"] == in_stock


CHOSEN = {
    "category": "pistons",
    "brand": "nordwerk",
    "min_price": "300",
    "max_price": "2000",
    "in_stock": "true",
    "search": "piston",
}


@pytest.mark.parametrize(
    "names",
    [names for size in (0, 1, 2, 6) for names in combinations(CHOSEN, size)],
    ids="-".join,
)
@pytest.mark.parametrize("path", ["", "categories/engine-parts/"])
def test_agrees_with_the_list_of_every_further_choice(api, shop, names, path):
    chosen = {name: CHOSEN[name] for name in names}

    facets = api.get(f"/api/{path}products/facets/", chosen).json()

    def listed(**other):
        query = {name: value for name, value in {**chosen, **other}.items() if value is not None}
        return api.get(f"/api/{path}products/", query).json()

    prices = [Decimal(product["price"]) for product in listed(min_price=None, max_price=None)]
    assert {each["slug"]: each["count"] for each in facets["categories"]} == {
        slug: count
        for slug in ("engine-parts", "pistons", "rings", *([] if path else ["brakes"]))
        if (count := len(listed(category=slug)))
    }
    assert {each["slug"]: each["count"] for each in facets["brands"]} == {
        slug: count for slug in ("nordwerk", "altona") if (count := len(listed(brand=slug)))
    }
    assert facets["price"] == {
        "min": f"{min(prices):.2f}" if prices else None,
        "max": f"{max(prices):.2f}" if prices else None,
    }
    assert facets["in_stock"] == len(listed(in_stock="true"))


def test_counts_of_a_category_and_below_it_alone(api, shop):
    answer = api.get("/api/categories/pistons/products/facets/")

    assert answer.json() == {
        "categories": [choice("pistons", "Pistons", 3), choice("rings", "Rings", 1)],
        "brands": [choice("nordwerk", "Nordwerk", 2), choice("altona", "Altona", 1)],
        "price": {"min": "300.50", "max": "2500.00"},
        "in_stock": 2,
    }


def test_knows_nothing_of_what_is_inactive(api, shop):
    """T-INACT-1"""
    make_product("Old disc", category=make_category("Discs"), brand=make_brand("Gone"), is_active=False)
    make_product("Hidden", category=make_category("Hidden", is_active=False), brand=make_brand("Secret"))
    shop.is_active = False
    shop.save()

    assert api.get(FACETS).json() == {
        "categories": [choice("brakes", "Brakes", 1)],
        "brands": [choice("altona", "Altona", 1)],
        "price": {"min": "4000.00", "max": "4000.00"},
        "in_stock": 1,
    }
    assert api.get("/api/categories/pistons/products/facets/").status_code == 404
    assert api.get(FACETS, {"category": "pistons"}).status_code == 400


def test_an_empty_shop_has_empty_facets(api):
    make_category("Brakes")

    assert api.get(FACETS).json() == NONE
    assert api.get("/api/categories/brakes/products/facets/").json() == NONE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_price", "NaN"),
        ("max_price", "1,5"),
        ("in_stock", "maybe"),
        ("category", "none"),
        ("category", ""),
        ("brand", "none"),
        ("search", "x" * 10_000),
        ("search", "a\x00b"),
    ],
)
@pytest.mark.parametrize("path", [FACETS, "/api/categories/engine-parts/products/facets/"])
def test_refuses_values_that_no_parameter_knows(api, shop, path, name, value):
    answer = api.get(path, {name: value})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()) == [name, "code"]


def test_answers_head_as_get_and_knows_no_other_category(api, shop):
    answer = api.head(FACETS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert api.get("/api/categories/none/products/facets/").status_code == 404


@pytest.mark.parametrize("path", [FACETS, "/api/categories/engine-parts/products/facets/"])
def test_costs_as_many_statements_whatever_there_is(api, shop, statements, path):
    for number in range(9):
        make_product(
            f"P{number}", category=make_category(f"C{number}", parent=shop), brand=make_brand(f"B{number}")
        )

    has_full_text = setup.is_ready("default")
    with statements() as ran:
        api.get(path, {"category": "pistons", "brand": "nordwerk", "search": "ring", "in_stock": "true"})

    # Full text search is asked what the words are.
    assert len(ran) == 3 + has_full_text, ran.sql


@pytest.mark.parametrize(("chosen", "is_apart"), [({}, True), ({"search": "piston"}, False)])
def test_looks_at_the_products_of_a_chosen_price_alone_unless_it_searches(
    api, shop, statements, chosen, is_apart
):
    with statements() as ran:
        api.get(FACETS, {"min_price": "200", **chosen})

    (counting,) = [sql for sql in ran.sql if "GROUP BY" in sql]
    looked_at = counting.rpartition("WHERE")[2].partition("GROUP BY")[0]
    assert ("price" in looked_at) == is_apart


@pytest.mark.parametrize(
    "spelling", [str.upper, "{} ".format, "{}  ".format], ids=["case", "blank", "blanks"]
)
def test_a_slug_is_compared_as_it_is_written(api, shop, spelling):
    """Whatever the database's collation takes for equal: lists, facets and details agree."""
    pistons, nordwerk = spelling("pistons"), spelling("nordwerk")

    refused = {
        (path, name): api.get(path, {name: value}).status_code
        for path in (PRODUCTS, FACETS)
        for name, value in (("category", pistons), ("brand", nordwerk))
    }
    missing = {
        path: api.get(f"/api/{path}").status_code
        for path in (
            f"categories/{pistons}/",
            f"categories/{pistons}/products/",
            f"categories/{pistons}/products/facets/",
            f"categories/{pistons}/products/forged-piston/",
            f"categories/pistons/products/{spelling('forged-piston')}/",
            f"brands/{nordwerk}/",
        )
    }

    assert api.get("/api/categories/pistons/products/forged-piston/").status_code == 200
    assert (set(refused.values()), set(missing.values())) == ({400}, {404}), (refused, missing)
