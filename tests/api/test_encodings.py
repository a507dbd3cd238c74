"""Every door reads UTF-8 alone, and takes nothing else for it."""

from __future__ import annotations

import pytest
from rest_framework.serializers import BooleanField, Serializer
from rest_framework.test import APIClient

from partscatalog.accounts.api import serializers as users
from partscatalog.accounts.services import signing_in
from partscatalog.api.fields import FlagField
from partscatalog.cart.api import serializers as cart
from partscatalog.catalog.api import inputs as catalog_inputs
from partscatalog.catalog.models import Product
from partscatalog.orders.api import serializers as orders
from partscatalog.payments.api import serializers as payments
from partscatalog.payments.api.serializers import RefundRequestSerializer
from partscatalog.testing import make_category, make_product, make_user

from .endpoints import ENDPOINTS, methods_of, path_of

pytestmark = pytest.mark.django_db

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--x--\r\n'
WHOLE = {JSON: b'{"name": "x"}', FORM: b"name=x", MULTIPART: PART % (b"name", b"x")}

#: Charsets that are none, are no charsets of text, or write other bytes.
CHARSETS = ["bogus", "utf-16", "latin-1", "utf-7", "rot13", "base64", "\xff", "", "x" * 1_000]
UNREADABLE = {
    "a lone surrogate": (JSON, b'{"name": "\\ud800"}'),
    "a lone surrogate in a key": (JSON, b'{"\\udfff": 1}'),
    "a lone surrogate deep down": (JSON, b'{"attributes": {"a": [["\\ud800x"]]}}'),
    "an encoded surrogate": (JSON, b'{"name": "\xed\xa0\x80"}'),
    "no UTF-8": (JSON, b'{"name": "\xff"}'),
    "no JSON": (JSON, b"{"),
    "a NUL": (JSON, b'{"name": "\\u0000"}'),
    "no UTF-8 in a form": (FORM, b"name=\xff"),
    "no escaped UTF-8 in a form": (FORM, b"name=%FF"),
    "a surrogate in a form": (FORM, b"name=%ED%A0%80"),
    "no UTF-8 in a form's key": (FORM, b"%FF=x"),
    "no UTF-8 in a part": (MULTIPART, PART % (b"name", b"\xff")),
    "a surrogate in a part": (MULTIPART, PART % (b"name", b"\xed\xa0\x80")),
    "no boundary": ("multipart/form-data", b"--x"),
}
QUERIES = ["%ED%A0%80", "%FF", "a%C3", "\xff", "\xed\xa0\x80"]

WRITES = [
    (method, route)
    for route, view in ENDPOINTS.items()
    if not view.is_raw
    for method in sorted(methods_of(view) - {"get"})
]
READS = [route for route, view in ENDPOINTS.items() if "get" in methods_of(view)]


@pytest.fixture
def owner() -> APIClient:
    """A client to whom nothing is refused for want of a right, and that shows crashes as a server does."""
    client = APIClient(raise_request_exception=False)
    user = make_user(is_staff=True, is_superuser=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signing_in.issue(user).access_token}")
    return client


def send(client, method, path, body=b"", content_type=JSON):
    return client.generic(method.upper(), path, body, content_type=content_type)


def test_there_are_doors_of_every_kind():
    assert {method for method, _route in WRITES} == {"post", "put", "patch", "delete"}
    assert len(WRITES) > 25


@pytest.mark.parametrize(("method", "route"), WRITES)
def test_no_door_reads_a_body_in_another_charset(owner, method, route):
    """T-FUZZ-4"""
    for content_type, body in WHOLE.items():
        for charset in CHARSETS:
            answer = send(owner, method, path_of(route), body, f"{content_type}; charset={charset}")

            assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), charset


@pytest.mark.parametrize(("method", "route"), WRITES)
def test_no_door_takes_a_body_that_cannot_be_read(owner, method, route):
    """T-FUZZ-4"""
    for kind, (content_type, body) in UNREADABLE.items():
        answer = send(owner, method, path_of(route), body, content_type)

        # 415: pictures are sent as multipart alone.
        assert answer.status_code in {400, 415}, (kind, answer.content)
        assert answer.json()["code"] in {"parse_error", "unsupported_media_type"}, kind


@pytest.mark.parametrize(
    ("method", "route"),
    [*WRITES, *(("get", route) for route in READS), *(("head", route) for route in READS)],
)
def test_no_door_takes_a_query_that_is_not_in_utf_8(owner, method, route):
    """T-FUZZ-4"""
    for query in QUERIES:
        for name in ("search", "gateway", "reference", "cursor", "unknown"):
            answer = owner.generic(
                method.upper(), path_of(route), QUERY_STRING=f"{name}={query}", content_type=JSON
            )

            assert answer.status_code == 400, (name, query)
            assert method == "head" or answer.json()["code"] == "parse_error"


@pytest.mark.parametrize("charset", ["bogus", "utf-16", "latin-1"])
@pytest.mark.parametrize("route", READS)
def test_no_charset_changes_what_a_read_is_asked(owner, route, charset):
    answer = owner.generic(
        "GET", path_of(route), QUERY_STRING="search=x", content_type=f"{JSON}; charset={charset}"
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_kept_answer_is_not_given_to_a_query_that_is_not_in_utf_8(transactional_db, api):
    make_product("\ufffd", category=make_category("Engine"))
    kept = api.get("/api/products/", QUERY_STRING="search=%EF%BF%BD")
    assert [product["name"] for product in kept.json()] == ["\ufffd"]

    answer = api.get("/api/products/", QUERY_STRING="search=%FF")

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("query", ["search=%C3%A9", "search=é", "search=%F0%9F%94%A7&unknown=%00"])
def test_other_letters_are_read(api, query):
    assert api.get(f"/api/products/?{query}").status_code == 200


def test_a_webhook_is_read_as_it_came_whatever_its_type_says(api):
    answer = send(api, "post", "/api/payments/webhooks/sandbox/", b"\xff", f"{JSON}; charset=bogus")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_webhook")


WORDS = ["yes", "on", "1", "t", "TRUE", "true", "false", "no", "", 1, 0, 1.0, [True], {"a": True}]


@pytest.fixture
def piston():
    return make_product("Piston", category=make_category("Engine"))


@pytest.mark.parametrize("value", WORDS, ids=repr)
def test_a_boolean_in_json_is_true_or_false_and_nothing_else(owner, piston, value):
    detail, group = "/api/categories/engine/products/piston/", "/api/categories/engine/"
    new = {"name": "Rod", "price": "1.00", "category": "engine"}
    answers = [
        owner.post("/api/products/", {**new, "is_active": value}, format="json"),
        owner.put(detail, {**new, "is_active": value}, format="json"),
        owner.patch(detail, {"is_active": value}, format="json"),
        owner.post("/api/categories/", {"name": "Rods", "is_active": value}, format="json"),
        owner.put(group, {"name": "Rods", "is_active": value}, format="json"),
        owner.patch(group, {"is_active": value}, format="json"),
    ]

    for answer in answers:
        assert answer.status_code == 400
        assert answer.json() == {"is_active": ["Write true or false."], "code": "invalid"}
    assert [product.name for product in Product.objects.visible()] == ["Piston"]


@pytest.mark.parametrize("value", WORDS, ids=repr)
def test_whether_a_refund_restocks_is_true_or_false_and_nothing_else(value):
    asked = RefundRequestSerializer(data={"restock": value})

    assert not asked.is_valid()
    assert [str(text) for text in asked.errors["restock"]] == ["Write true or false."]


@pytest.mark.parametrize(("word", "taken"), [("true", True), ("false", False), ("False", False)])
@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
def test_a_form_says_it_in_words(owner, piston, content_type, word, taken):
    body = PART % (b"is_active", word.encode()) if content_type is MULTIPART else f"is_active={word}"

    answer = send(owner, "patch", "/api/categories/engine/products/piston/", body, content_type)

    assert answer.status_code == 200
    assert Product.objects.get().is_active is taken


@pytest.mark.parametrize("word", ["yes", "1", "on", " true", ""])
def test_a_form_says_it_in_no_other_words(owner, piston, word):
    answer = send(owner, "patch", "/api/categories/engine/products/piston/", f"is_active={word}", FORM)

    assert answer.status_code == 400
    assert answer.json() == {"is_active": ["Write true or false."], "code": "invalid"}


def test_every_boolean_that_a_door_reads_is_strict():
    read = [
        field
        for shape in (
            *shapes(catalog_inputs),
            *shapes(payments),
            *shapes(orders),
            *shapes(cart),
            *shapes(users),
        )
        for field in shape().fields.values()
        if isinstance(field, BooleanField) and not field.read_only
    ]

    assert len(read) == 3
    assert all(isinstance(field, FlagField) for field in read)


def shapes(module):
    """Return the serializers of a module."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Serializer) and value.__module__ == module.__name__
    ]
