"""Whatever goes wrong, the answer is one JSON object with a code."""

from __future__ import annotations

import json
import logging

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from rest_framework.test import APIClient

from partscatalog.accounts.services import signing_in
from partscatalog.cart.services import changing, finding
from partscatalog.catalog.models import Product
from partscatalog.testing import make_cart, make_category, make_product, make_user

from .endpoints import ENDPOINTS, METHODS, methods_of, path_of

pytestmark = pytest.mark.django_db

ADD = "/api/carts/products/1/add/"
QUANTITY = "/api/carts/items/1/quantity/"
CART = "/api/carts/products/"
#: Under which key an endpoint writes its text; the others write it under "detail".
KEYS = {
    "/api/carts/products/<int:product_id>/add/": "message",
    "/api/carts/items/<int:item_id>/quantity/": "error",
}
BODIES = {
    "nothing": (b"", ""),
    "an object": (b"{}", "application/json"),
    "a list": (b"[]", "application/json"),
    "broken": (b"{", "application/json"),
    "another type": (b"<a/>", "application/xml"),
    "no type": (b"{}", ""),
    "broken multipart": (b"--x", "multipart/form-data; boundary=x"),
    "no boundary": (b"--x", "multipart/form-data"),
}


@pytest.fixture
def quiet() -> APIClient:
    """A client that shows the answer of a crash, as a server does, instead of raising it."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def owner():
    """A superuser's access token: nothing is refused for want of a right."""
    user = make_user(is_staff=True, is_superuser=True)
    return f"Bearer {signing_in.issue(user).access_token}"


def assert_is_error(answer, route):
    body = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(body, dict)
    assert isinstance(body["code"], str)
    assert body["code"]
    assert KEYS.get(route, "detail") in body or body["code"] == "invalid", body


def levels_of(caplog):
    """Return the levels of what the package itself logged with a traceback."""
    records = [record for record in caplog.records if record.name == "partscatalog.api.errors"]
    assert all(record.exc_info for record in records)
    return [record.levelno for record in records]


def request(client, method, path, body="nothing", **extra):
    content, content_type = BODIES[body]
    return client.generic(method.upper(), path, content, content_type=content_type, **extra)


@pytest.mark.parametrize("route", ENDPOINTS)
def test_whatever_an_endpoint_is_sent_its_refusal_has_a_code(quiet, owner, route):
    """T-FUZZ-4, T-CONF-2"""
    for headers in ({}, {"Authorization": owner}):
        for method in METHODS:
            for body in BODIES:
                answer = request(quiet, method, path_of(route), body, headers=headers)

                assert answer.status_code < 500, (method, body, answer.content)
                if answer.status_code >= 400:
                    assert_is_error(answer, route)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "%00"),
        ("9" * 30, "x" * 4_000),
        ("00001", "%0d%0aSet-Cookie:a=b"),
        ("9223372036854775808", "%ff%fe"),
        ("2147483648", "%F0%9F%94%A7"),
    ],
)
def test_knows_nothing_by_an_odd_id_or_slug(quiet, owner, number, text):
    """T-FUZZ-3, T-FUZZ-7, T-CACHE-7"""
    for route, view in ENDPOINTS.items():
        if "<" not in route:
            continue
        for method in methods_of(view):
            path = path_of(route, number=number, text=text)
            answer = request(quiet, method, path, "an object", headers={"Authorization": owner})

            # 415: pictures are sent as multipart alone.
            assert answer.status_code in {400, 404, 415}, (route, method)
            assert_is_error(answer, route)
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("route", ENDPOINTS)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_method_that_an_endpoint_has_not_is_refused(quiet, owner, route, is_signed_in):
    """T-CONF-4"""
    known = methods_of(ENDPOINTS[route])
    headers = {"Authorization": owner} if is_signed_in else {}

    for method in {*METHODS, "foo"} - known:
        answer = request(quiet, method, path_of(route), headers=headers)

        assert (method, answer.status_code) == (method, 405)
        assert answer.json()["code"] == "method_not_allowed"
        allowed = {name.strip().lower() for name in answer.headers["Allow"].split(",")}
        assert allowed - {"head"} == known


@pytest.mark.parametrize(
    "route", [route for route, view in ENDPOINTS.items() if "get" not in methods_of(view)]
)
def test_no_get_or_head_reaches_what_changes_something(signed_in, statements, route):
    """T-CSRF-2"""
    client = signed_in(make_user(is_staff=True, is_superuser=True))

    with statements() as ran:
        answers = [client.get(path_of(route)), client.head(path_of(route))]

    assert [answer.status_code for answer in answers] == [405, 405]
    assert [sql for sql in ran.sql if not sql.startswith("SELECT")] == []


def test_a_body_of_a_type_that_is_not_read_is_refused(api):
    user = {"email": "user@example.com", "password": "a plain long sentence"}

    answer = api.post("/api/users/register/", json.dumps(user), content_type="application/xml")

    assert answer.status_code == 415
    assert answer.json() == {
        "detail": 'Unsupported media type "application/xml" in request.',
        "code": "unsupported_media_type",
    }
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("accept", ["text/html", "image/gif", "application/xml;q=1", "", "x", "*/*;q=0"])
@pytest.mark.parametrize(("path", "status"), [("/api/products/", 200), ("/api/users/me/", 401)])
def test_answers_in_json_whatever_is_accepted(api, path, status, accept):
    """T-CONF-5"""
    answer = api.get(path, headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
    assert isinstance(answer.json(), list | dict)


@pytest.mark.parametrize("path", ["/api/products/?format=html", "/api/products/?format=api"])
def test_no_parameter_chooses_another_format(api, path):
    """T-CONF-5"""
    assert api.get(path).headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [("post", ADD, "message"), ("patch", QUANTITY, "error"), ("get", CART, "detail")],
)
def test_a_crash_is_a_500_without_a_word_of_its_cause(quiet, monkeypatch, caplog, method, path, key):
    """T-CONF-2"""

    def crash(*_args, **_kwargs):
        raise RuntimeError("hunter2")

    monkeypatch.setattr(finding, "find", crash)

    answer = request(quiet, method, path)

    assert answer.status_code == 500
    assert answer.json() == {key: "Something went wrong on our side.", "code": "error"}
    assert levels_of(caplog) == [logging.ERROR]


def test_a_crash_goes_on_to_djangos_page_under_debug(api, monkeypatch, settings):
    def crash(*_args, **_kwargs):
        raise RuntimeError("seen by who develops")

    settings.DEBUG = True
    monkeypatch.setattr(finding, "find", crash)

    with pytest.raises(RuntimeError, match="seen by who develops"):
        api.get(CART)


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [("post", ADD, "message"), ("patch", QUANTITY, "error"), ("get", CART, "detail")],
)
def test_a_database_that_refuses_is_a_503_to_be_tried_again(quiet, monkeypatch, caplog, method, path, key):
    def refuse(*_args, **_kwargs):
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr(finding, "find", refuse)

    answer = request(quiet, method, path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {key: "The shop is busy. Try again in a moment.", "code": "unavailable"}
    assert levels_of(caplog) == [logging.WARNING]


def test_a_crash_in_the_middle_of_a_change_leaves_nothing_of_it(quiet, monkeypatch, signed_in):
    user = make_user()
    product = make_product()
    line = make_cart({product: 2}, user=user).lines.get()

    class Broken:
        def unit_price(self, *_args):
            raise ZeroDivisionError

    monkeypatch.setattr(changing, "price_rule", Broken)
    quiet.credentials(HTTP_AUTHORIZATION=f"Bearer {signing_in.issue(user).access_token}")

    answer = quiet.patch(f"/api/carts/items/{line.pk}/quantity/")

    line.refresh_from_db()
    assert (answer.status_code, line.quantity) == (500, 2)


def test_field_errors_keep_their_keys_beside_the_code(api):
    answer = api.post("/api/users/register/", {"email": "x"}, format="json")

    assert answer.status_code == 400
    assert answer.json() == {
        "email": ["Enter a valid email address."],
        "password": ["This field is required."],
        "code": "invalid",
    }


@pytest.mark.parametrize(("method", "path", "key"), [("post", ADD, "message"), ("patch", QUANTITY, "error")])
@pytest.mark.parametrize("body", [[], "x", 5, None, True])
def test_a_body_that_is_no_object_is_told_under_the_endpoints_key(api, method, path, key, body):
    answer = api.generic(method.upper(), path, json.dumps(body), content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()) == {key, "code"}


def test_a_refusal_changes_nothing_in_the_catalog(signed_in):
    category = make_category()
    client = signed_in(make_user(is_staff=True, is_superuser=True))

    answer = client.post(
        "/api/products/", {"name": "P", "category": category.slug, "price": "x"}, format="json"
    )

    assert answer.status_code == 400
    assert not Product.objects.exists()
