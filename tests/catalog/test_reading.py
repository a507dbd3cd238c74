"""The public side of the catalog: product.md's keys, filters, search, pages, and nothing hidden."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.cache import cache

from partscatalog.catalog.models import Brand, Product, ProductImage
from partscatalog.testing import make_brand, make_category, make_product, make_user

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/products/"


@pytest.fixture
def engine():
    return make_category("Engine Parts", description="All engine-related parts")


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()]


def test_lists_categories_in_the_order_of_the_tree(api, engine):
    brakes = make_category("Brakes")
    pistons = make_category("Pistons", parent=engine)

    answer = api.get("/api/categories/")

    assert answer.json() == [
        {
            "id": engine.pk,
            "name": "Engine Parts",
            "slug": "engine-parts",
            "description": "All engine-related parts",
            "parent": None,
            "is_active": True,
        },
        {
            "id": pistons.pk,
            "name": "Pistons",
            "slug": "pistons",
            "description": "",
            "parent": "engine-parts",
            "is_active": True,
        },
        {
            "id": brakes.pk,
            "name": "Brakes",
            "slug": "brakes",
            "description": "",
            "parent": None,
            "is_active": True,
        },
    ]
    assert api.get("/api/categories/pistons/").json() == answer.json()[1]


def test_shows_a_product_as_product_md_does(api, engine):
    brand = make_brand("Nordwerk")
    product = make_product(
        category=engine,
        brand=brand,
        number="NW 44.71",
        description="High quality piston",
        attributes={"bore": 81},
    )
    image = ProductImage.objects.create(
        product=product,
        image="partscatalog/products/a.jpg",
        alt_text="A piston",
        thumbnails={"small": "b.jpg"},
    )

    answer = api.get("/api/categories/engine-parts/products/piston/")

    assert answer.json() == {
        "id": product.pk,
        "name": "Piston",
        "slug": "piston",
        "number": "NW 44.71",
        "brand": {"id": brand.pk, "name": "Nordwerk", "slug": "nordwerk"},
        "category": {"id": engine.pk, "name": "Engine Parts", "slug": "engine-parts"},
        "price": "2500.00",
        "currency": "NGN",
        "stock": 50,
        "description": "High quality piston",
        "attributes": {"bore": 81},
        "images": [
            {
                "id": image.pk,
                "image": "http://testserver/media/partscatalog/products/a.jpg",
                "alt_text": "A piston",
                "position": 0,
                "thumbnails": {"small": "http://testserver/media/b.jpg"},
            }
        ],
        "is_active": True,
        "created_at": product.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    assert api.get(PRODUCTS).json() == [answer.json()]
    assert api.get("/api/categories/engine-parts/products/").json() == [answer.json()]


def test_builds_urls_on_the_sites_address(api, settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SITE_URL": "https://shop.example.com"}
    ProductImage.objects.create(product=make_product(), image="a.jpg")

    image = api.get(PRODUCTS, headers={"X-Forwarded-Host": "evil.example"}).json()[0]["images"][0]

    assert image["image"] == "https://shop.example.com/media/a.jpg"


def test_lists_what_stands_below_a_category_too(api, engine):
    make_product("Piston", category=engine)
    make_product("Ring", category=make_category("Rings", parent=make_category("Pistons", parent=engine)))
    make_product("Disc", category=make_category("Brakes"))

    assert names(api.get("/api/categories/engine-parts/products/")) == ["Ring", "Piston"]
    assert names(api.get(PRODUCTS, {"category": "engine-parts"})) == ["Ring", "Piston"]


def test_answers_the_detail_under_the_products_own_category_alone(api, engine):
    """T-CACHE-1"""
    make_product("Ring", category=make_category("Rings", parent=engine))

    answers = [
        api.get(f"/api/categories/{slug}/products/ring/") for slug in ("rings", "engine-parts", "none")
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert answers[1].json() == {"detail": "Not found.", "code": "not_found"}


@pytest.mark.parametrize("hidden", ["product", "category", "ancestor"])
def test_shows_nothing_that_is_inactive(api, engine, hidden):
    """T-INACT-1, T-IDOR-5"""
    rings = make_category("Rings", parent=engine)
    product = make_product("Ring", category=rings)
    row = {"product": product, "category": rings, "ancestor": engine}[hidden]
    row.is_active = False
    row.save()

    assert names(api.get(PRODUCTS)) == []
    assert names(api.get(PRODUCTS, {"search": "ring"})) == []
    assert api.get("/api/categories/rings/products/ring/").status_code == 404
    assert api.get("/api/categories/rings/products/").status_code == (200 if hidden == "product" else 404)
    assert api.get("/api/categories/rings/").status_code == (200 if hidden == "product" else 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"min_price": "200"}, ["C", "B"]),
        ({"max_price": "200.00"}, ["B", "A"]),
        ({"min_price": "100.01", "max_price": "299.99"}, ["B"]),
        ({"in_stock": "true"}, ["C", "A"]),
        ({"in_stock": "false"}, ["B"]),
        ({"brand": "nordwerk"}, ["A"]),
        ({"ordering": "price"}, ["A", "B", "C"]),
        ({"ordering": "-price"}, ["C", "B", "A"]),
        ({"ordering": "name"}, ["A", "B", "C"]),
        ({"ordering": "created_at"}, ["A", "B", "C"]),
        ({"unknown": "x"}, ["C", "B", "A"]),
    ],
)
def test_filters_and_orders(api, query, found):
    group = make_category()
    for name, price, stock in (("A", 100, 1), ("B", 200, 0), ("C", 300, 1)):
        brand = make_brand() if name == "A" else None
        make_product(name, price=Decimal(price), stock=stock, brand=brand, category=group)

    assert names(api.get(PRODUCTS, query)) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_price", "NaN"),
        ("min_price", "1e3"),
        ("max_price", "-1"),
        ("max_price", "1,5"),
        ("min_price", "1.005"),
        ("min_price", "10.000"),
        ("in_stock", "maybe"),
        ("in_stock", "1"),
        ("ordering", "stock"),
        ("ordering", "price,name"),
        ("category", "none"),
        ("brand", "none"),
        ("brand", ""),
        ("page_size", "0"),
        ("page_size", "201"),
        ("page_size", "-1"),
        ("cursor", "broken"),
        ("count", "1"),
        ("search", "x" * 201),
        ("search", "a b c d e f g h i j k"),
        ("search", "a\x00b"),
    ],
)
def test_refuses_values_that_no_parameter_knows(api, name, value):
    """T-DOS-3, T-DOS-6"""
    answer = api.get(PRODUCTS, {name: value})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()) == [name, "code"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("oil filter", ["Oil filter"]),
        ("FILTER oil", ["Oil filter"]),
        ("nordwerk", ["Oil filter"]),
        ("nordwerk filter", ["Oil filter"]),
        ("nordwerk pump", []),
        ("spin-on", ["Oil filter"]),
        ("90919-01253", ["Oil filter"]),
        ("9091901253", ["Oil filter"]),
        ("90919 01253", ["Oil filter"]),
        ("9091-9.01/253", ["Oil filter"]),
        ("nw-a%b", ["Percent"]),
        ("%", ["Percent"]),
        ("a_b", []),
        ("ÉTRIER", ["Étrier"]),
        ("étrier", ["Étrier"]),
        ("\u0422\u041e\u0420\u041c\u041e\u0417", ["\u0422\u043e\u0440\u043c\u043e\u0437"]),
        ("--- ...", []),
        ("'; drop table", []),
    ],
)
def test_finds_every_word_in_any_letter_case(api, text, found):
    group = make_category()
    make_product(
        "Oil filter",
        number="90919-01253",
        brand=make_brand(),
        description="Spin-on cartridge.",
        category=group,
    )
    make_product("Percent", number="NW-A%B", category=group)
    make_product("Étrier", category=group)
    make_product("\u0422\u043e\u0440\u043c\u043e\u0437", category=group)

    assert names(api.get(PRODUCTS, {"search": text})) == found


def test_shows_an_exact_number_first_and_keeps_it_through_pages(api):
    group = make_category()
    make_product("Exact", number="ABC-12", category=group)
    for number in range(3):
        make_product(f"Longer {number}", number=f"ABC-12{number}", category=group)

    first = api.get(PRODUCTS, {"search": "abc12", "page_size": 2})
    second = api.get(first.headers["Link"].partition(">")[0].strip("<"))

    assert names(first) + names(second) == ["Exact", "Longer 2", "Longer 1", "Longer 0"]
    assert names(api.get(PRODUCTS, {"search": "abc12", "ordering": "created_at"}))[0] == "Exact"
    assert names(api.get(PRODUCTS, {"search": "abc12", "ordering": "-created_at"}))[0] == "Longer 2"


@pytest.mark.parametrize("ordering", [None, "price", "-price", "name", "-name", "created_at"])
def test_pages_lose_and_repeat_nothing_among_equals(api, ordering):
    group = make_category()
    for _ in range(7):
        make_product("Same", category=group)
    Product.objects.update(created_at="2025-01-15T10:30:00Z")
    query = {"page_size": 3, "count": "true"} | ({"ordering": ordering} if ordering else {})

    page = api.get(PRODUCTS, query)
    seen = [row["id"] for row in page.json()]
    while 'rel="next"' in page.headers["Link"]:
        page = api.get(page.headers["Link"].partition(">")[0].strip("<"))
        seen += [row["id"] for row in page.json()]

    assert page.headers["X-Total-Count"] == "7"
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=ordering is None or ordering.startswith("-"))


def link(answer, rel):
    """Return the URL of a neighbour, nothing where there is none."""
    urls = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", "")))
    return {each: url for url, each in urls.items()}.get(rel)


LISTS = [
    *(
        f"{PRODUCTS}?ordering={sign}{column}"
        for column in ("price", "name", "created_at")
        for sign in ("", "-")
    ),
    PRODUCTS,
    f"{PRODUCTS}?in_stock=true",
    f"{PRODUCTS}?brand=nordwerk&in_stock=true&ordering=price",
    f"{PRODUCTS}?search=part",
    f"{PRODUCTS}?search=part&ordering=-price",
    f"{PRODUCTS}?min_price=1&ordering=price",
    "/api/categories/engine-parts/products/?in_stock=true",
    "/api/categories/engine-parts/products/?brand=nordwerk",
]


@pytest.fixture
def nine(engine):
    return [
        make_product(
            f"Part {n}", category=engine, brand=Brand.objects.first() or make_brand(), price=5 + n // 4
        )
        for n in range(9)
    ]


@pytest.mark.parametrize("gone", ["sold", "deleted"])
@pytest.mark.parametrize("path", LISTS)
def test_who_comes_behind_the_end_finds_the_way_back(api, nine, path, gone):
    """All that stood after a page went while somebody looked at it; and then all before it."""
    first = api.get(f"{path}{'&' if '?' in path else '?'}page_size=2&count=true")
    second = api.get(link(first, "next"))
    third = api.get(link(second, "next"))
    after_third, before_third = link(third, "next"), link(third, "prev")
    kept = [row["id"] for page in (first, second, third) for row in page.json()]
    everything = Product.objects.values_list("pk", flat=True)

    take(everything.exclude(pk__in=kept), path, gone)
    behind = api.get(after_third)
    last = api.get(link(behind, "prev"))
    middle = api.get(link(last, "prev"))

    assert (behind.json(), link(behind, "next"), behind.headers["X-Total-Count"]) == ([], None, "6")
    assert ([row["id"] for row in last.json()], link(last, "next")) == (kept[4:], None)
    assert [row["id"] for row in middle.json()] == kept[2:4]

    take(everything.filter(pk__in=kept[:4]), path, gone)
    before = api.get(before_third)
    new_first = api.get(link(before, "next"))

    assert (before.json(), link(before, "prev")) == ([], None)
    assert ([row["id"] for row in new_first.json()], link(new_first, "prev")) == (kept[4:], None)

    take(everything, path, gone)
    empty = api.get(link(api.get(after_third), "prev"))
    assert (empty.status_code, empty.json(), "Link" in empty.headers) == (200, [], False)


def take(rows, path, gone):
    """Take products out of a list."""
    if gone == "sold" and "in_stock" in path:
        Product.objects.filter(pk__in=list(rows)).update(stock=0)
    else:
        Product.objects.filter(pk__in=list(rows)).delete()
    cache.clear()


@pytest.mark.parametrize(
    ("path", "make"), [("/api/brands/", make_brand), ("/api/categories/", make_category)]
)
def test_lists_of_brands_and_categories_have_a_way_back_too(api, path, make):
    made = [make(f"Group {n}") for n in range(4)]
    first = api.get(path, {"page_size": 2})
    behind = link(first, "next")
    for each in made[2:]:
        each.delete()

    back = api.get(link(api.get(behind), "prev"))

    assert (back.json(), "Link" in back.headers) == (first.json(), False)


def test_the_end_of_a_list_is_none_of_another_one(api, nine):
    first = api.get(PRODUCTS, {"page_size": 4, "ordering": "price"})
    Product.objects.exclude(pk__in=[row["id"] for row in first.json()]).delete()
    end = link(api.get(link(first, "next")), "prev")
    cursor = end.partition("cursor=")[2].partition("&")[0]

    answer = api.get(f"{PRODUCTS}?ordering=name&cursor={cursor}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_cursor_of_another_ordering_is_refused(api):
    group = make_category()
    for number in range(3):
        make_product(f"P{number}", category=group)
    link = api.get(PRODUCTS, {"page_size": 1, "ordering": "price"}).headers["Link"]
    cursor = link.partition("cursor=")[2].partition(">")[0]

    answer = api.get(PRODUCTS, {"ordering": "name", "cursor": cursor})

    assert (answer.status_code, list(answer.json())) == (400, ["cursor", "code"])


@pytest.mark.parametrize(
    "path", ["/api/products/", "/api/categories/", "/api/categories/engine-parts/products/", "/api/brands/"]
)
@pytest.mark.parametrize("rows", [1, 20])
def test_costs_at_most_two_statements_whatever_the_page(api, engine, statements, path, rows):
    """T-DOS-4"""
    brand = make_brand()
    for number in range(rows):
        product = make_product(f"P{number}", category=engine, brand=brand)
        ProductImage.objects.create(product=product, image="a.jpg")
    expected = {"/api/categories/": 1, "/api/brands/": 1}.get(path, 2)

    with statements() as ran:
        api.get(path)

    assert len(ran) == expected, ran.sql


def test_costs_two_statements_for_a_detail(api, engine, statements):
    ProductImage.objects.create(product=make_product(category=engine, brand=make_brand()), image="a.jpg")

    with statements() as ran:
        api.get("/api/categories/engine-parts/products/piston/")

    assert len(ran) == 2, ran.sql


@pytest.mark.parametrize(
    "path", [PRODUCTS, "/api/categories/", "/api/categories/engine-parts/products/piston/"]
)
def test_looks_nobody_up_whoever_reads(api, signed_in, engine, statements, path):
    make_product(category=engine)
    with statements() as of_guest:
        guest = api.get(path)
    cache.clear()
    client = signed_in(make_user())
    with statements() as of_user:
        user = client.get(path)

    assert (user.content, len(of_user)) == (guest.content, len(of_guest))


def test_answers_head_as_get_and_sets_no_cookie(api, engine):
    """T-CACHE-5"""
    make_product(category=engine)

    answer = api.head(PRODUCTS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert "Set-Cookie" not in str(answer.headers)
    assert api.get(PRODUCTS, headers={"Authorization": "Bearer broken"}).status_code == 200


def test_lists_brands_by_name(api):
    second, first = make_brand("Zephyr"), make_brand("Altona")

    assert api.get("/api/brands/").json() == [
        {"id": first.pk, "name": "Altona", "slug": "altona"},
        {"id": second.pk, "name": "Zephyr", "slug": "zephyr"},
    ]
    assert api.get("/api/brands/altona/").json()["id"] == first.pk
    assert api.get("/api/brands/none/").status_code == 404


@pytest.mark.parametrize(
    "slug", ["x" * 4000, "a:*", "a%00b", "a%0Ab", "%F0%9F%98%80", "..%2f", "ENGINE-PARTS"]
)
def test_knows_no_odd_slug(api, engine, slug):
    """T-CACHE-7, T-FUZZ-7"""
    for path in (f"/api/categories/{slug}/", f"/api/categories/{slug}/products/", f"/api/brands/{slug}/"):
        assert api.get(path).status_code == 404


@pytest.mark.parametrize(("brands", "told"), [(0, "0"), (3, "3"), (1_000, "1000"), (1_001, "1,000+")])
def test_counts_exactly_up_to_a_thousand(api, brands, told):
    Brand.objects.bulk_create(Brand(name=f"B{n:04}", slug=f"b{n}") for n in range(brands))

    assert api.get("/api/brands/", {"count": "true"}).headers["X-Total-Count"] == told
    assert "X-Total-Count" not in api.get("/api/brands/").headers


def test_counts_the_whole_list_on_every_page(api):
    for n in range(3):
        make_brand(f"Brand {n}")
    first = api.get("/api/brands/", {"count": "true", "page_size": 2})
    later = first.headers["Link"].partition(">")[0].strip("<")

    second = api.get(later)
    Brand.objects.filter(name="Brand 2").delete()
    beyond = api.get(later)

    assert [page.headers["X-Total-Count"] for page in (first, second, beyond)] == ["3", "3", "2"]
    assert [len(page.json()) for page in (first, second, beyond)] == [2, 1, 0]


def test_names_every_slug_that_is_unknown(api):
    make_brand("Nordwerk")

    both = api.get(PRODUCTS, {"brand": "x", "category": "y"})
    one = api.get(PRODUCTS, {"brand": "nordwerk", "category": "y"})

    unknown = ["There is none of this slug."]
    assert (both.status_code, both.json()) == (
        400,
        {"brand": unknown, "category": unknown, "code": "invalid"},
    )
    assert (one.status_code, one.json()) == (400, {"category": unknown, "code": "invalid"})
