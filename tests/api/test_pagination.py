"""Pages of every list: their sizes, their cursors, their links, their counts."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing

from partscatalog.catalog.models import Brand, Category, Product
from partscatalog.orders.models import Order
from partscatalog.testing import make_brand, make_category, make_product, make_user

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/products/"
BRANDS = "/api/brands/"
CATEGORIES = "/api/categories/"
ORDERS = "/api/orders/orders/"
#: Each list with the most rows that a page of it has.
LISTS = {PRODUCTS: 200, BRANDS: 200, CATEGORIES: 1_000, "/api/categories/parts/products/": 200, ORDERS: 200}


@pytest.fixture
def shop(signed_in):
    """A client who may read every list."""
    make_category("Parts", slug="parts")
    return signed_in(make_user())


def make_brands(count):
    Brand.objects.bulk_create(Brand(name=f"B{number:04}", slug=f"b{number:04}") for number in range(count))


def links(answer):
    return {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))}


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()]


def walk(client, url, rel, query=None):
    """Return the ids of each page, following one kind of link to its end."""
    answer = client.get(url, query)
    pages = [ids(answer)]
    while rel in links(answer):
        answer = client.get(links(answer)[rel])
        pages.append(ids(answer))
    return pages, answer


@pytest.mark.parametrize(
    "size", ["0", "-1", "1000000000", "1001", "9" * 5_000, "x", "", "1.0", "1e1", " 1", "\u0661"]
)
def test_refuses_a_page_size_that_is_none(shop, size):
    """T-DOS-3"""
    for path, most in LISTS.items():
        answer = shop.get(path, {"page_size": size})

        assert (path, answer.status_code) == (path, 400)
        assert answer.json() == {"page_size": [f"Write a whole number from 1 to {most}."], "code": "invalid"}


@pytest.mark.parametrize("path", LISTS)
def test_takes_the_least_and_the_largest_page(shop, path):
    assert [shop.get(path, {"page_size": size}).status_code for size in (1, LISTS[path])] == [200, 200]
    assert shop.get(path, {"page_size": LISTS[path] + 1}).status_code == 400


@pytest.mark.parametrize(("asked", "shown"), [(None, 50), (1, 1), (51, 51), (200, 52)])
def test_shows_fifty_rows_unless_asked_for_others(api, asked, shown):
    make_brands(52)

    answer = api.get(BRANDS, {"page_size": asked} if asked else {})

    assert len(answer.json()) == shown


def test_shows_two_hundred_categories_unless_asked_for_others(api):
    for number in range(201):
        make_category(f"C{number}", slug=f"c{number}")

    assert [len(api.get(CATEGORIES, query).json()) for query in ({}, {"page_size": 1_000})] == [200, 201]


@pytest.mark.parametrize("cursor", ["", "x", "x.y", ".", "\x00", "ï", "x" * 100_000, "W10", "e30.", "Li4u.x"])
def test_refuses_a_broken_cursor(shop, cursor):
    for path in LISTS:
        answer = shop.get(path, {"cursor": cursor})

        assert (path, answer.status_code) == (path, 400)
        assert answer.json() == {"cursor": ["This is no cursor of this list."], "code": "invalid"}


@pytest.mark.parametrize(
    ("ordering", "values"),
    [
        ("price", ["1e999999", 1]),
        ("price", ["NaN", 1]),
        ("name", ["\x00", 1]),
        ("name", ["\ud800", 1]),
        ("name", ["a", 2**70]),
        ("created_at", ["0001-01-01T00:00:00+23:59", 1]),
    ],
)
@pytest.mark.parametrize("key", [None, "another site's key"])
def test_refuses_a_cursor_that_somebody_made_up(api, ordering, values, key):
    """T-FUZZ-3: no value of it reaches the database, which would choke on it."""
    make_product()
    parts = ["partscatalog_catalog.product", ordering, "id", False, *values]
    if key is None:
        cursor = signing.b64_encode(json.dumps(parts).encode()).decode()
    else:
        cursor = signing.Signer(key=key, sep=".", salt="partscatalog.cursor").sign_object(parts)

    answer = api.get(PRODUCTS, {"ordering": ordering, "cursor": cursor})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def cursor_of(answer):
    return parse_qs(urlsplit(links(answer)["next"]).query)["cursor"][0]


def test_refuses_a_cursor_with_one_letter_changed(api):
    make_brands(3)
    cursor = cursor_of(api.get(BRANDS, {"page_size": 1}))

    changed = [
        cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor) - 1)
    ]

    assert {api.get(BRANDS, {"cursor": each}).status_code for each in changed} == {400}
    assert api.get(BRANDS, {"cursor": cursor}).status_code == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (PRODUCTS, {"ordering": "-name"}),
        (PRODUCTS, {"ordering": "price"}),
        (PRODUCTS, {}),
        (BRANDS, {}),
        (CATEGORIES, {}),
        (ORDERS, {}),
    ],
)
def test_refuses_the_cursor_of_another_ordering_or_list(shop, path, query):
    category = Category.objects.get()
    for number in range(2):
        make_product(f"Part {number}", category=category)
    cursor = cursor_of(shop.get(PRODUCTS, {"ordering": "name", "page_size": 1}))

    answer = shop.get(path, {**query, "cursor": cursor})

    assert (answer.status_code, list(answer.json())) == (400, ["cursor", "code"])


def test_a_cursor_outlives_a_change_of_keys_as_tokens_do(api, settings):
    make_brands(2)
    cursor = cursor_of(api.get(BRANDS, {"page_size": 1}))
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [old]

    with_the_old_key = api.get(BRANDS, {"cursor": cursor}).status_code
    settings.SECRET_KEY_FALLBACKS = []

    assert (with_the_old_key, api.get(BRANDS, {"cursor": cursor}).status_code) == (200, 400)


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"search": "same"},
        *({"ordering": sign + column} for column in ("price", "name", "created_at") for sign in ("", "-")),
    ],
)
def test_forwards_and_back_show_every_row_once_among_equals(api, query, size):
    category = make_category()
    for _ in range(7):
        make_product("Same", category=category)
    Product.objects.update(created_at="2025-01-15T10:30:00Z")
    order = sorted(
        Product.objects.values_list("pk", flat=True),
        reverse=query.get("ordering", "-").startswith("-"),
    )

    forwards, last = walk(api, PRODUCTS, "next", {**query, "page_size": size})
    back = [ids(last)]
    while "prev" in links(last):
        last = api.get(links(last)["prev"])
        back.append(ids(last))

    assert forwards == [order[at : at + size] for at in range(0, 7, size)]
    assert back == forwards[::-1]


def test_forwards_and_back_show_every_order_once(signed_in):
    user = make_user()
    for number in range(5):
        Order.objects.create(user=user, number=f"N{number}", total_amount=0, currency="NGN")
    Order.objects.update(created_at="2025-01-15T10:30:00Z")
    order = sorted(Order.objects.values_list("pk", flat=True), reverse=True)
    client = signed_in(user)

    forwards, last = walk(client, ORDERS, "next", {"page_size": 2})
    back, first = walk(client, links(last)["prev"], "prev")

    assert forwards == [order[:2], order[2:4], order[4:]]
    assert [ids(last), *back] == forwards[::-1]
    assert list(links(first)) == ["next"]


def test_a_page_goes_on_where_its_last_row_was_deleted_and_new_ones_came(api):
    for name in ("B", "D", "F", "H"):
        make_brand(name)
    first = api.get(BRANDS, {"page_size": 2})
    Brand.objects.get(name="D").delete()
    make_brand("A")
    make_brand("E")

    second = api.get(links(first)["next"])

    assert [row["name"] for row in second.json()] == ["E", "F"]


def test_a_page_whose_rows_are_all_gone_is_empty_and_leads_back_to_a_page_that_leads_nowhere(api):
    make_brands(3)
    first = api.get(BRANDS, {"page_size": 2})
    Brand.objects.all().delete()

    second = api.get(links(first)["next"])
    back = api.get(links(second)["prev"])

    assert (ids(second), [*links(second)]) == ([], ["prev"])
    assert (ids(back), links(back)) == ([], {})


@pytest.mark.parametrize(
    ("site", "base"),
    [
        ("", "http://testserver"),
        ("https://shop.example.com", "https://shop.example.com"),
        ("https://shop.example.com/", "https://shop.example.com"),
    ],
)
def test_links_are_absolute_and_keep_what_was_asked(api, settings, site, base):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SITE_URL": site}
    category = make_category()
    for number in range(5):
        make_product(f"Part & ü {number}", category=category)
    asked = {"page_size": "2", "ordering": "name", "search": "part & ü", "count": "true"}

    first = api.get(PRODUCTS, {"unknown": "a b", **asked}, headers={"X-Forwarded-Host": "evil.example"})
    second = api.get(links(first)["next"])

    assert (list(links(first)), list(links(second))) == (["next"], ["next", "prev"])
    for url in (*links(first).values(), *links(second).values()):
        assert url.startswith(f"{base}{PRODUCTS}?")
        given = {key: values for key, values in parse_qs(urlsplit(url).query).items() if key != "cursor"}
        assert given == {key: [value] for key, value in asked.items()}


def test_a_list_of_one_page_has_no_link(api):
    make_brands(2)

    assert "Link" not in api.get(BRANDS).headers
    assert "Link" not in api.get(BRANDS, {"page_size": 2}).headers


@pytest.mark.parametrize(
    ("rows", "total"),
    [(0, "0"), (1, "1"), (999, "999"), (1_000, "1000"), (1_001, "1,000+"), (1_500, "1,000+")],
)
def test_counts_exactly_up_to_a_thousand(api, rows, total):
    make_brands(rows)

    answers = [api.get(BRANDS, {"count": "true", "page_size": size}) for size in (1, 200)]

    assert [answer.headers["X-Total-Count"] for answer in answers] == [total, total]


def test_counts_the_whole_list_on_every_page_of_it(api):
    make_brands(5)

    second = api.get(links(api.get(BRANDS, {"count": "true", "page_size": 2}))["next"])

    assert second.headers["X-Total-Count"] == "5"


@pytest.mark.parametrize("query", [{}, {"count": "false"}])
def test_counts_nothing_unasked(api, query):
    assert "X-Total-Count" not in api.get(BRANDS, query).headers


@pytest.mark.parametrize("value", ["", "1", "True", "yes"])
def test_refuses_a_count_that_is_neither_true_nor_false(shop, value):
    for path in LISTS:
        answer = shop.get(path, {"count": value})

        assert (path, answer.status_code) == (path, 400)
        assert answer.json() == {"count": ["Write true or false."], "code": "invalid"}
