"""Search, plain and by full text alike: what is found, and that no input is too odd for it."""

from __future__ import annotations

import re
import string
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from partscatalog import numbers
from partscatalog.catalog.models import Product
from partscatalog.catalog.search import MAX_WORDS, setup
from partscatalog.testing import make_brand, make_category, make_product
from tests.catalog.spellings import SIGNS, SPELLINGS

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/products/"
#: PostgreSQL searches in two ways; the other databases have one.
WAYS = ["full text", "plain"] if connection.vendor == "postgresql" else ["plain"]


@pytest.fixture(params=WAYS)
def way(request):
    if request.param == "plain":
        setup.remove(connection)
    yield request.param
    setup.is_installed.cache_clear()


@pytest.fixture
def shop(way):
    group = make_category()
    nordwerk, altona = make_brand("Nordwerk"), make_brand("Älfta & Söner")
    for name, number, brand, description in (
        ("Oil filter", "90919-01253", nordwerk, "Spin-on cartridge, 3/4-16 UNF."),
        ("Air filter", "17801-0H010", nordwerk, "For dusty roads; wash it never."),
        ("Percent", "NW-A%B", altona, "100 % cotton_wool"),
        ("Brake pad set", None, altona, "With wear sensor (left), 19.05 mm"),
        ("Étrier de frein", "ÉT-7", None, "Étrier flottant, peint en noir"),
        ("\u0422\u043e\u0440\u043c\u043e\u0437", "T.1", None, ""),
        ("Sensor, ABS", "0 265 007 423", None, "Cable 850 mm; don't bend"),
        ("back\\slash", "B\\S", None, 'in "quotes" and <angles>'),
    ):
        make_product(name, number=number, brand=brand, description=description, category=group)


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("filter", {"Air filter", "Oil filter"}),
        ("FILTER oil", {"Oil filter"}),
        ("ilte", {"Air filter", "Oil filter"}),
        ("nordwerk filter air", {"Air filter"}),
        ("nordw", {"Air filter", "Oil filter"}),
        ("nordwerk cartridge", {"Oil filter"}),
        ("nordwerk sensor", set()),
        ("spin-on", {"Oil filter"}),
        ("spin-off", set()),
        ("on-spin", set()),
        ("3/4-16", {"Oil filter"}),
        ("9091901253", {"Oil filter"}),
        ("90919 01253", {"Oil filter"}),
        ("919-012", {"Oil filter"}),
        ("19.05", {"Brake pad set"}),
        ("1905", set()),
        ("0265007423", {"Sensor, ABS"}),
        ("0265.007.423 abs", {"Sensor, ABS"}),
        ("mm", {"Brake pad set", "Sensor, ABS"}),
        ("sensor", {"Brake pad set", "Sensor, ABS"}),
        ("ÉTRIER noir", {"Étrier de frein"}),
        ("älfta", {"Percent", "Brake pad set"}),
        ("SÖNER", {"Percent", "Brake pad set"}),
        ("\u0422\u041e\u0420\u041c\u041e\u0417", {"\u0422\u043e\u0440\u043c\u043e\u0437"}),
        ("%", {"Percent"}),
        ("_", {"Percent"}),
        ("a%b", {"Percent"}),
        ("a_b", set()),
        ("100 %", {"Percent"}),
        ("cotton_wool", {"Percent"}),
        ("cottonxwool", set()),
        ("don't", {"Sensor, ABS"}),
        ("(left)", {"Brake pad set"}),
        ("(right)", set()),
        ("\\", {"back\\slash"}),
        ("b\\s", {"back\\slash"}),
        ('"quotes"', {"back\\slash"}),
        ("<angles>", {"back\\slash"}),
        ("back\\\\slash", set()),
        ("&", {"Percent", "Brake pad set"}),
        ("--- ...", set()),
        ("!!! ???", set()),
    ],
)
def test_finds_every_word_wherever_it_occurs(api, shop, text, found):
    assert set(names(api.get(PRODUCTS, {"search": text}))) == found


@pytest.fixture
def twins(way):
    """A product, and two that hold its number and more, of which one is newer."""
    group, brand = make_category(), make_brand("Nordwerk")
    make_product("Longer", number="44650K2401", category=group, brand=brand)
    make_product("Wanted", number="4465-0K240", category=group, brand=brand)
    make_product("About it", description="Replaces 4465-0K240 and 44650K240.", category=group)


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_a_number_is_found_first_in_any_spelling(api, twins, text):
    assert names(api.get(PRODUCTS, {"search": text}))[0] == "Wanted"
    assert "Wanted" in names(api.get(PRODUCTS, {"search": text, "ordering": "name"}))
    facets = api.get(f"{PRODUCTS}facets/", {"search": text, "brand": "nordwerk"}).json()
    assert facets["in_stock"] == len(names(api.get(PRODUCTS, {"search": text, "brand": "nordwerk"})))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.text(string.ascii_letters + string.digits, min_size=1, max_size=20),
    signs=st.lists(st.text(SIGNS, max_size=3), min_size=21, max_size=21),
)
def test_a_number_is_found_first_whatever_stands_between_its_characters(api, way, number, signs):
    text = signs[0] + "".join(map("".join, zip(number, signs[1:], strict=False)))
    assume(len(text.split()) <= MAX_WORDS)
    cache.clear()
    with rolled_back():
        group = make_category()
        make_product("Wanted", number=number, category=group)
        make_product("Longer", number=f"{number}0", description=f"{text} {number}", category=group)

        assert names(api.get(PRODUCTS, {"search": text}))[0] == "Wanted"


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_only_the_whole_query_is_a_number_whatever_signs_are_in_it(api, twins):
    assert names(api.get(PRODUCTS, {"search": "4465|0K24"})) == []
    assert names(api.get(PRODUCTS, {"search": "4465|0K240 nordwerk"})) == []
    assert names(api.get(PRODUCTS, {"search": "4465|0K2401"})) == ["Longer"]


def test_a_sign_that_the_shop_keeps_in_a_number_belongs_to_it(api, way):
    group = make_category()
    make_product("With", number="12|34", category=group)
    make_product("Without", number="12-34", category=group)

    assert set(names(api.get(PRODUCTS, {"search": "12|34"}))) == {"With", "Without"}
    assert set(names(api.get(PRODUCTS, {"search": "12 34"}))) == {"With", "Without"}
    assert "With" in names(api.get(PRODUCTS, {"search": "12-|34"}))
    assert names(api.get(PRODUCTS, {"search": "1234"})) == ["Without"]


@pytest.mark.parametrize("size", [1, 2, 50])
def test_pages_of_an_odd_spelling_show_everything_once(api, way, size):
    group = make_category()
    for number, kept in enumerate(["9|1", "91", "9-1", "x", None]):
        make_product(f"P{number}", number=kept, description="9|1" if kept is None else "", category=group)

    pages = [api.get(PRODUCTS, {"search": "9|1", "page_size": size})]
    while next_page := re.search(r'<([^>]+)>; rel="next"', pages[-1].headers.get("Link", "")):
        pages.append(api.get(next_page[1]))

    shown = [name for page in pages for name in names(page)]
    assert (sorted(shown[:3]), shown[3:]) == (["P0", "P1", "P2"], ["P4"])


@pytest.mark.parametrize("size", [1, 50])
def test_words_that_are_no_number_have_pages_too(api, way, size):
    group = make_category()
    for number in range(3):
        make_product(f"P{number}", number="1" if number else None, description="a --- b", category=group)

    pages = [api.get(PRODUCTS, {"search": "---", "page_size": size})]
    while next_page := re.search(r'<([^>]+)>; rel="next"', pages[-1].headers.get("Link", "")):
        pages.append(api.get(next_page[1]))

    assert [name for page in pages for name in names(page)] == ["P2", "P1", "P0"]


@pytest.mark.parametrize("way", ["plain"], indirect=True)
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("é", {"Étrier de frein", "Pistón"}),
        ("etrier", set()),
        ("PISTÓN", {"Pistón"}),
        ("piston", set()),
        ("ß", {"Straße"}),
        ("strasse", set()),
        ("\uff26\uff29\uff2c\uff34\uff25\uff32", set()),
        ("𐐀", {"Pistón"}),
        ("𐐩", set()),
        ("ÓN 𐐨\\_%'", {"Pistón"}),
        ("ÓN_𐐨", set()),
    ],
)
def test_plain_search_ignores_letter_case_and_nothing_else(api, shop, text, found):
    make_product("Pistón", number="P-1", description="Éste: 𐐨\\_%'", category=make_category("P"))
    make_product("Straße", number="P-2", category=make_category("Q"))

    assert set(names(api.get(PRODUCTS, {"search": text}))) == found


OPERATORS = [
    "filter & !oil",
    "filter | brake",
    "!filter",
    "fil:*",
    "filter:A",
    "oil <-> filter",
    "oil<2>filter",
    "'filter'",
    "'filter",
    '"oil filter"',
    "(filter",
    "filter)",
    "((((((((",
    "\\'",
    "''::tsquery",
    "'; DROP TABLE partscatalog_catalog_product; --",
    "%s",
    "%(name)s",
    "{0}",
    "$1",
    "*",
    ".*",
    "[a-z]+",
    "^filter$",
    "@1",
    "'@1'",
    "\u0301",
    "\u200b",
    "\ufffd",
    "\U0001f600",
    "\u202e",
    "\u0130\u0131\u00df",
    "\u1e9e",
    "a" * 200,
    "%" * 200,
    "\\" * 200,
    " ".join(["a"] * 10),
    " ".join(["filter"] * 10),
    "\u00c4" * 200,
]


@pytest.mark.parametrize("text", OPERATORS, ids=[ascii(text)[:30] for text in OPERATORS])
def test_an_operator_is_a_word_like_any_other(api, shop, text):
    """What is found holds each word as it is written, or as a part number may be written."""
    found = [row["id"] for row in api.get(PRODUCTS, {"search": text}).json()]

    for product in Product.objects.filter(pk__in=found).select_related("brand"):
        number = product.number_normalised or ""
        columns = [product.number or "", product.name, str(product.brand or ""), product.description]
        for word in text.split():
            spelling = numbers.normalise(word)
            occurs = [word.casefold() in column.casefold() for column in columns]
            assert any(occurs) or (spelling and spelling in number), (word, product)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 201,
        "x" * 10_000,
        "x " * 5_000,
        "& " * 5_000,
        "'" * 10_000,
        "a\x00b",
        "\x00",
        "a b c d e f g h i j k",
    ],
    ids=lambda text: re.sub(r"[^ -~]", "?", text[:12]),
)
@pytest.mark.parametrize("path", [PRODUCTS, "/api/products/facets/"])
def test_refuses_a_search_that_is_none(api, way, path, text):
    """T-DOS-6"""
    answer = api.get(path, {"search": text})

    assert (answer.status_code, list(answer.json())) == (400, ["search", "code"])


@pytest.mark.parametrize("raw", ["%00", "a%00b", "%ED%A0%80", "%FF%FE", "%C3%28", "+++", "%20%09%0A", ""])
def test_no_bytes_of_a_query_string_are_too_odd(api, shop, raw):
    answer = api.get(f"{PRODUCTS}?search={raw}")

    is_read = not re.search("%00|%ED|%FF|%C3", raw)
    assert answer.status_code == (200 if is_read else 400)
    assert len(answer.json()) == (8 if not raw.strip("+") or raw.startswith("%20") else len(answer.json()))


def test_an_explicit_ordering_decides_alone(api, shop):
    assert names(api.get(PRODUCTS, {"search": "filter", "ordering": "name"})) == ["Air filter", "Oil filter"]
    assert names(api.get(PRODUCTS, {"search": "filter", "ordering": "-name"})) == ["Oil filter", "Air filter"]


def test_is_narrowed_by_the_filters(api, shop):
    make_product("Filter wrench", category=make_category("Tools"), brand=make_brand("Zylmark"), stock=0)

    assert names(api.get(PRODUCTS, {"search": "filter", "brand": "nordwerk"})) == ["Air filter", "Oil filter"]
    assert names(api.get(PRODUCTS, {"search": "filter", "category": "tools"})) == ["Filter wrench"]
    assert names(api.get(PRODUCTS, {"search": "filter", "in_stock": "false"})) == ["Filter wrench"]
    assert names(api.get("/api/categories/tools/products/", {"search": "filter"})) == ["Filter wrench"]
    assert api.get("/api/products/facets/", {"search": "filter", "in_stock": "true"}).json()["brands"] == [
        {"slug": "nordwerk", "name": "Nordwerk", "count": 2}
    ]


@pytest.mark.parametrize("query", [{"search": "oil"}, {"search": "oil", "ordering": "name"}, {}])
def test_refuses_the_cursor_of_another_search(api, shop, query):
    first = api.get(PRODUCTS, {"search": "filter", "page_size": 1})

    answer = api.get(PRODUCTS, {**query, "cursor": cursor_of(first)})

    assert (answer.status_code, list(answer.json())) == (400, ["cursor", "code"])


def test_an_ordered_list_takes_no_cursor_of_a_search_nor_a_search_one_of_a_list(api, shop, way):
    """Plain search goes on with either: its order says all."""
    plain = {"ordering": "name", "page_size": 1}
    found = {**plain, "search": "filter"}
    cursors = [cursor_of(api.get(PRODUCTS, query)) for query in (plain, found)]

    crossed = [
        api.get(PRODUCTS, {**query, "cursor": cursor})
        for query, cursor in zip((found, plain), cursors, strict=True)
    ]

    assert [answer.status_code for answer in crossed] == [400 if way == "full text" else 200] * 2


def cursor_of(answer):
    (cursor,) = re.findall(r"cursor=([^&>]+)", answer.headers["Link"])
    return cursor
