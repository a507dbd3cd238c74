"""The staff's side of the catalog's API: create, change, count, delete, and every refusal."""

from __future__ import annotations

import json
import string

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from rest_framework.test import APIClient

from partscatalog.catalog.api import reading, views
from partscatalog.catalog.models import Brand, Category, Product, StockMovement
from partscatalog.catalog.services import groups, laws
from partscatalog.testing import make_brand, make_cart, make_category, make_product, make_user

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/products/"
PISTON = "/api/categories/engine-parts/products/piston/"


@pytest.fixture
def clerk():
    user = make_user("staff@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_catalog"))
    return user


@pytest.fixture
def staff(clerk, signed_in):
    return signed_in(clerk)


@pytest.fixture
def engine():
    return make_category("Engine Parts")


def deltas(product):
    return list(StockMovement.objects.filter(product=product).order_by("pk").values_list("reason", "delta"))


def test_adds_a_product_with_its_defaults(staff, engine):
    answer = staff.post(
        PRODUCTS, {"name": "Piston", "price": "2500.00", "category": "engine-parts"}, format="json"
    )

    product = Product.objects.get()
    assert answer.status_code == 201
    assert answer.json()["id"] == product.pk
    shown = {
        key: answer.json()[key]
        for key in ("slug", "price", "stock", "brand", "number", "attributes", "is_active")
    }
    assert shown == {
        "slug": "piston",
        "price": "2500.00",
        "stock": 0,
        "brand": None,
        "number": None,
        "attributes": {},
        "is_active": True,
    }
    assert deltas(product) == [("initial", 0)]


@pytest.mark.parametrize("format", ["json", "multipart"])
def test_adds_a_whole_product_in_either_format(staff, engine, format):
    make_brand("Nordwerk")
    attributes = {"bore": 81.5} if format == "json" else '{"bore": 81.5}'
    body = {
        "name": "Piston",
        "price": "2500",
        "category": "engine-parts",
        "brand": "nordwerk",
        "number": " NW-44.71 ",
        "stock": 7,
        "description": "Forged.",
        "attributes": attributes,
        "is_active": False,
    }

    answer = staff.post(PRODUCTS, body, format=format)

    product = Product.objects.get()
    assert answer.status_code == 201, answer.content
    assert (product.number, product.stock, product.attributes, product.is_active) == (
        " NW-44.71 ",
        7,
        {"bore": 81.5},
        False,
    )
    assert deltas(product) == [("initial", 7)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", 5),
        ("name", "x" * 201),
        ("price", None),
        ("price", "-1"),
        ("price", "NaN"),
        ("price", "1e3"),
        ("price", "1_000"),
        ("price", "2500,00"),
        ("price", "2500.001"),
        ("price", "2500.000"),
        ("price", -0.0),
        ("price", "10000000000"),
        ("price", True),
        ("category", None),
        ("category", ""),
        ("category", "none"),
        ("category", "ENGINE-PARTS"),
        ("category", 1),
        ("brand", "none"),
        ("brand", ["nordwerk"]),
        ("number", "---"),
        ("number", "x" * 65),
        ("number", 5),
        ("stock", -1),
        ("stock", 1.5),
        ("stock", "1.0"),
        ("stock", 10**12),
        ("stock", True),
        ("attributes", []),
        ("attributes", "x"),
        ("attributes", {"a": "x" * 10_001}),
        ("is_active", "perhaps"),
        ("is_active", None),
        ("description", 5),
    ],
)
def test_refuses_bad_input_under_its_field(staff, engine, field, value):
    """T-MONEY-3, T-TAMP-1"""
    make_brand("Nordwerk")
    body = {"name": "Piston", "price": "2500.00", "category": "engine-parts"}

    answer = staff.post(PRODUCTS, {**body, field: value}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()) == [field, "code"]
    assert Product.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("price", "10.000"),
        ("price", "-0"),
        ("price", "-0.0"),
        ("stock", "-0"),
        ("stock", "1.0"),
        ("stock", "1e0"),
    ],
)
def test_refuses_a_json_number_that_is_not_plainly_written(staff, engine, field, number):
    """T-MONEY-3, T-TAMP-1"""
    body = {"name": "Piston", "price": 2500, "category": "engine-parts", "stock": 1, field: "HERE"}

    answer = staff.post(PRODUCTS, json.dumps(body).replace('"HERE"', number), content_type="application/json")

    assert (answer.status_code, list(answer.json())) == (400, [field, "code"])
    assert Product.objects.count() == 0


@pytest.mark.parametrize("number", ["NW-44.71", "nw 4471", "NW/44-71"])
def test_refuses_a_number_that_the_brand_has(staff, engine, number):
    brand = make_brand("Nordwerk")
    make_product(category=engine, brand=brand, number="NW 44.71")
    other = make_product("Other", category=engine, brand=brand, number="X1")
    body = {"name": "Twin", "price": "1", "category": "engine-parts", "brand": "nordwerk", "number": number}

    created = staff.post(PRODUCTS, body, format="json")
    changed = staff.patch("/api/categories/engine-parts/products/other/", {"number": number}, format="json")

    other.refresh_from_db()
    assert [(answer.status_code, list(answer.json())) for answer in (created, changed)] == [
        (400, ["detail", "code", "number"])
    ] * 2
    assert (Product.objects.count(), other.number) == (2, "X1")


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("90919\u201101253", "NON-BREAKING HYPHEN"),
        ("\u221290919\u200b01253\u2212", "MINUS SIGN, ZERO WIDTH SPACE"),
        ("\uff11\uff12-3", "FULLWIDTH DIGIT ONE, FULLWIDTH DIGIT TWO"),
        ("E\u0301T-7", "COMBINING ACUTE ACCENT"),
        ("M10\u00d7\u00bd", "MULTIPLICATION SIGN, VULGAR FRACTION ONE HALF"),
        ("7\ue000", "U+E000"),
    ],
)
def test_refuses_a_number_in_characters_that_nobody_types(staff, engine, number, named):
    make_product("Other", number="X1", category=engine)
    body = {"name": "Part", "price": "1", "category": "engine-parts", "number": number}

    created = staff.post(PRODUCTS, body, format="json")
    changed = staff.patch("/api/categories/engine-parts/products/other/", {"number": number}, format="json")

    for answer in (created, changed):
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert answer.json()["number"] == [f"Write the part number without these characters: {named}."]
    assert list(Product.objects.values_list("number", flat=True)) == ["X1"]


@pytest.mark.parametrize(
    "number",
    ["\u00c9T-7", "\u0412\u0410\u0417 2101", "1\u00a02\u2013", *(f"1{sign}2" for sign in string.punctuation)],
)
def test_keeps_a_number_as_it_is_written_and_finds_it_by_that(staff, api, engine, number):
    body = {"name": "Part", "price": "1", "category": "engine-parts", "number": number}

    created = staff.post(PRODUCTS, body, format="json")

    assert (created.status_code, created.json()["number"]) == (201, number)
    assert [row["number"] for row in api.get(PRODUCTS, {"search": number}).json()] == [number]


def test_numbers_that_only_look_alike_are_numbers_of_their_own(staff, engine):
    make_brand("Nordwerk")
    body = {"name": "Part", "price": "1", "category": "engine-parts", "brand": "nordwerk"}

    numbers = ["ÄB-1", "AB-1", "ÁB1"]
    answers = [staff.post(PRODUCTS, {**body, "number": number}, format="json") for number in numbers]
    twin = staff.post(PRODUCTS, {**body, "number": "äb 1"}, format="json")

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    # To SQLite ä and Ä are two letters.
    assert twin.status_code == (201 if connection.vendor == "sqlite" else 400)


@pytest.mark.parametrize("number", ["\u00e4b-1", "\u0432\u0430\u0437-1", "\u00df-1"])
def test_a_taken_number_is_refused_in_letters_of_every_script(staff, engine, number):
    make_product(category=engine, brand=make_brand("Nordwerk"), number=number)
    body = {"name": "Twin", "price": "1", "category": "engine-parts", "brand": "nordwerk"}

    answer = staff.post(PRODUCTS, {**body, "number": number.replace("-", " ")}, format="json")

    assert (answer.status_code, list(answer.json())) == (400, ["detail", "code", "number"])


def test_one_number_may_belong_to_two_brands_and_none_to_many(staff, engine):
    for brand in (make_brand("A"), make_brand("B"), None, None):
        make_product(category=engine, brand=brand, number="N-1")

    assert Product.objects.count() == 4


def test_patch_changes_what_is_sent_alone(staff, engine):
    product = make_product(category=engine, number="N-1", description="Old.", stock=5, attributes={"a": 1})

    answer = staff.patch(PISTON, {"price": "99.50", "name": "Piston, forged"}, format="json")

    product.refresh_from_db()
    assert answer.status_code == 200
    assert (answer.json()["price"], answer.json()["slug"]) == ("99.50", "piston")
    assert (product.name, product.number, product.description) == ("Piston, forged", "N-1", "Old.")
    assert (product.stock, product.attributes) == (5, {"a": 1})


def test_put_replaces_all_but_stock_activity_and_attributes(staff, engine):
    product = make_product(
        category=engine,
        brand=make_brand(),
        number="N-1",
        description="Old.",
        stock=5,
        attributes={"a": 1},
        is_active=False,
    )

    answer = staff.put(PISTON, {"name": "New", "price": "1", "category": "engine-parts"}, format="json")

    product.refresh_from_db()
    assert answer.status_code == 200
    assert (product.name, product.brand, product.number, product.description) == ("New", None, None, "")
    assert (product.stock, product.attributes, product.is_active) == (5, {"a": 1}, False)


def test_put_needs_what_a_product_needs(staff, engine):
    make_product(category=engine)

    answer = staff.put(PISTON, {"name": "New"}, format="json")

    assert (answer.status_code, set(answer.json())) == (400, {"price", "category", "code"})


def test_stock_in_a_change_is_a_stocktake(staff, clerk, engine):
    product = make_product(category=engine, stock=5)

    answer = staff.patch(PISTON, {"stock": 9}, format="json")

    movement = StockMovement.objects.latest("pk")
    assert answer.json()["stock"] == 9
    assert deltas(product) == [("initial", 5), ("stocktake", 4)]
    assert movement.actor == clerk
    assert list(laws.violations()) == []


def test_deletes_a_product_and_keeps_its_movements(staff, engine):
    product = make_product(category=engine, stock=5)
    make_cart({product: 1})

    assert staff.delete(PISTON).status_code == 204

    assert Product.objects.count() == 0
    assert StockMovement.objects.get().product is None


def test_reaches_what_is_hidden(staff):
    make_product(category=make_category("Engine Parts", is_active=False), is_active=False)

    assert staff.get(PISTON).status_code == 404
    assert staff.patch(PISTON, {"is_active": True}, format="json").status_code == 200
    assert staff.patch("/api/categories/engine-parts/", {"is_active": True}, format="json").status_code == 200
    assert staff.get(PISTON).status_code == 200


def test_hides_at_the_next_read(staff, api, engine):
    """T-CACHE-9"""
    make_product(category=engine)
    assert len(api.get(PRODUCTS).json()) == 1

    staff.patch(PISTON, {"is_active": False}, format="json")

    assert api.get(PRODUCTS).json() == []


def test_adds_moves_and_deletes_categories(staff, engine):
    created = staff.post("/api/categories/", {"name": "Pistons", "parent": "engine-parts"}, format="json")
    moved = staff.patch("/api/categories/pistons/", {"parent": None}, format="json")
    deleted = staff.delete("/api/categories/pistons/")

    assert (created.status_code, created.json()["slug"], created.json()["parent"]) == (
        201,
        "pistons",
        "engine-parts",
    )
    assert (moved.status_code, moved.json()["parent"]) == (200, None)
    assert deleted.status_code == 204
    assert list(laws.violations()) == []


@pytest.mark.parametrize("below", ["engine-parts", "pistons"])
def test_refuses_a_cycle(staff, engine, below):
    """T-DOS-5"""
    make_category("Pistons", parent=engine)

    answer = staff.patch("/api/categories/engine-parts/", {"parent": below}, format="json")

    engine.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "parent" in answer.json()
    assert engine.parent is None
    assert list(laws.violations()) == []


def test_refuses_a_tree_too_deep(staff):
    """T-DOS-5"""
    parent = make_category("Level")
    for _ in range(11):
        parent = make_category("Level", parent=parent)

    answer = staff.post("/api/categories/", {"name": "Deep", "parent": parent.slug}, format="json")

    assert (answer.status_code, "parent" in answer.json()) == (400, True)
    assert Category.objects.count() == 12


def test_what_stands_deeper_than_a_lowered_limit_is_hidden_and_shown_but_not_moved(staff, engine, settings):
    pistons = make_category("Pistons", parent=engine)
    rings = make_category("Rings", parent=pistons)
    make_category("Oil", parent=engine)
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CATEGORY_MAX_DEPTH": 2}
    changes = [
        ("rings", {"is_active": False}),
        ("rings", {"is_active": True}),
        ("engine-parts", {"is_active": False}),
        ("rings", {"name": "Piston Rings", "parent": "pistons"}),
        ("rings", {"parent": "oil"}),
    ]

    answers = [
        staff.patch(f"/api/categories/{slug}/", body, format="json").status_code for slug, body in changes
    ]

    rings.refresh_from_db()
    assert answers == [200, 200, 200, 200, 400]
    assert (rings.name, rings.parent, rings.is_visible) == ("Piston Rings", pistons, False)
    assert not Category.objects.visible().exists()
    assert list(laws.violations()) == []


@pytest.mark.parametrize(
    ("path", "model"), [("categories/engine-parts", Category), ("brands/nordwerk", Brand)]
)
def test_changes_nothing_that_was_deleted_in_the_moment(staff, engine, monkeypatch, path, model):
    make_brand("Nordwerk")
    one = reading.one

    def find_and_lose(rows, slug):
        row = one(rows, slug)
        rows.filter(pk=row.pk).delete()
        return row

    monkeypatch.setattr(views, "one", find_and_lose)

    answer = staff.patch(f"/api/{path}/", {"name": "Other"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not model.objects.exists()


@pytest.mark.parametrize(
    ("path", "meanwhile", "body", "both"),
    [
        (
            "categories/engine-parts",
            {"name": "Motor"},
            {"description": "New."},
            ("Motor", "New.", True, None),
        ),
        ("categories/engine-parts", {"is_active": False}, {"name": "Motor"}, ("Motor", "", False, None)),
        ("categories/pistons", {"parent": None}, {"name": "Motor"}, ("Motor", "", True, None)),
    ],
)
def test_patch_undoes_nothing_that_was_changed_in_the_moment(
    staff, engine, monkeypatch, path, meanwhile, body, both
):
    make_category("Pistons", parent=engine)
    one = reading.one

    def find_and_change(rows, slug):
        row = one(rows, slug)
        groups.change(rows.get(pk=row.pk), meanwhile)
        return row

    monkeypatch.setattr(views, "one", find_and_change)

    answer = staff.patch(f"/api/{path}/", body, format="json")

    category = Category.objects.get(pk=answer.json()["id"])
    assert (category.name, category.description, category.is_active, category.parent) == both
    assert [answer.json()[key] for key in ("name", "description", "is_active", "parent")] == list(both)
    assert list(laws.violations()) == []


@pytest.mark.parametrize("holder", ["product", "child"])
def test_deletes_no_category_in_use(staff, engine, holder):
    if holder == "product":
        make_product(category=engine)
    else:
        make_category("Pistons", parent=engine)

    answer = staff.delete("/api/categories/engine-parts/")

    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert Category.objects.filter(pk=engine.pk).exists()


def test_adds_renames_and_deletes_brands(staff):
    created = staff.post("/api/brands/", {"name": "Nordwerk"}, format="json")
    renamed = staff.patch("/api/brands/nordwerk/", {"name": "Südwerk"}, format="json")
    make_product(brand=Brand.objects.get())
    used = staff.delete("/api/brands/nordwerk/")
    Product.objects.all().delete()

    assert (created.status_code, renamed.json()["name"], renamed.json()["slug"]) == (
        201,
        "Südwerk",
        "nordwerk",
    )
    assert (used.status_code, used.json()["code"]) == (409, "in_use")
    assert staff.delete("/api/brands/nordwerk/").status_code == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", PRODUCTS),
        ("put", PISTON),
        ("patch", PISTON),
        ("delete", PISTON),
        ("post", "/api/categories/"),
        ("delete", "/api/categories/engine-parts/"),
        ("post", "/api/brands/"),
    ],
)
def test_lets_nobody_else_write(api, signed_in, engine, method, path):
    """T-FUNC-1, T-FUNC-5"""
    make_product(category=engine)
    clients = [api, signed_in(make_user()), signed_in(make_user("boss@example.com", is_staff=True))]

    answers = [getattr(client, method)(path, {"name": "x"}, format="json") for client in clients]

    assert [answer.status_code for answer in answers] == [401, 403, 403]
    assert [answer.json()["code"] for answer in answers] == ["not_authenticated"] + ["permission_denied"] * 2
    assert (Product.objects.count(), Category.objects.count()) == (1, 1)


def test_takes_a_staff_session_with_its_csrf_token_alone(clerk, engine, settings):
    """T-CSRF-1"""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(clerk)
    body = {"name": "Pistons"}

    without = client.post("/api/categories/", body, format="json")
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    with_token = client.post("/api/categories/", body, format="json", headers={"X-CSRFToken": "a" * 32})

    assert (without.status_code, with_token.status_code) == (403, 201)


def test_makes_unique_slugs_from_any_script(staff, engine):
    """T-SLUG-1"""
    names = ["Piston", "Piston", "facets", "Поршень", "活塞", "!!!", "😀"]

    slugs = [
        staff.post(PRODUCTS, {"name": name, "price": "1", "category": "engine-parts"}, format="json").json()[
            "slug"
        ]
        for name in names
    ]

    assert slugs[:3] == ["piston", "piston-2", "facets-2"]
    assert len(set(slugs)) == len(names)
    assert all(slugs)
    assert all(slug.isascii() for slug in slugs)


@pytest.mark.parametrize("override", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_ignores_method_overrides(api, engine, override):
    """T-FUNC-4"""
    make_product(category=engine)

    assert api.get(PISTON, headers={override: "DELETE"}).status_code == 200
    assert Product.objects.count() == 1
