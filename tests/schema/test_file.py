"""The OpenAPI file as its reader finds it: every operation named, secured, and shown by examples."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import URLResolver, get_resolver

from partscatalog.payments.api.staff import StaffView
from tests.schema.openapi import JSON, Operation, faults, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "api.md"
METHODS = ["get", "post", "put", "patch", "delete"]
#: Pages for people, not operations.
PAGES = {"/api/payments/return/", "/api/payments/sandbox/{access_code}/"}
#: Takes the bytes as they come: what is no event of the provider is 400, whatever is wrong with it.
RAW = {"payments_webhook"}
#: Their 401 is about what was sent, not about who sends it.
CREDENTIALS = {"users_login", "users_logout", "users_token_refresh"}

every_operation = pytest.mark.parametrize(
    "operation", [pytest.param(operation, id=name) for name, operation in operations().items()]
)


def views(resolver: Any = None, prefix: str = "/api/") -> Iterator[tuple[str, Any]]:
    """Yield every path of the package, as OpenAPI writes it, with its view."""
    entry: Any
    for entry in (resolver or get_resolver("partscatalog.urls")).url_patterns:
        path = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from views(entry, path)
        elif path not in PAGES:
            yield path, entry.callback.view_class


VIEWS = dict(views())


def refusals(operation: Operation) -> Iterator[tuple[int, str, Any]]:
    for status in operation.answers:
        if status >= 400:
            for name, body in operation.examples(status).items():
                yield status, name, body


def test_every_method_of_every_path_is_documented_once():
    answered = {
        (method.upper(), path) for path, view in VIEWS.items() for method in METHODS if hasattr(view, method)
    }

    documented = [(operation.method, operation.path) for operation in operations().values()]

    assert set(documented) == answered
    assert len(documented) == len(answered)


@every_operation
def test_an_operation_has_a_summary_and_stands_under_one_subject(operation):
    assert re.fullmatch(r"[A-Z][^\n]{5,70}[^.\s]", operation.spec["summary"])
    assert operation.spec["tags"] in [["catalog"], ["cart"], ["orders"], ["payments"], ["users"]]


@every_operation
def test_no_text_for_programmers_is_shown(operation):
    assert "``" not in operation.spec.get("description", "")


@every_operation
def test_an_operation_says_whether_somebody_must_be_signed_in(operation):
    view = VIEWS[operation.path]
    changes_the_catalog = operation.spec["tags"] == ["catalog"] and operation.method != "GET"
    needs_a_person = "IsPerson" in [permission.__name__ for permission in view.permission_classes]
    is_for_staff = changes_the_catalog or issubclass(view, StaffView)

    assert operation.needs_a_person == (needs_a_person or is_for_staff)
    if is_for_staff:
        assert operation.security == [{"bearer": []}, {"cookieAuth": []}]
    elif needs_a_person:
        assert operation.security == [{"bearer": []}]
    elif operation.spec["tags"] == ["cart"]:
        assert operation.security == [{"bearer": []}, {}]
    else:
        assert "security" not in operation.spec


@every_operation
def test_what_is_sent_is_shown_by_an_example_that_fits(operation):
    media_types = list(operation.bodies)
    for media_type in media_types[:1]:
        body = operation.bodies[media_type]
        assert body["examples"], media_type
        for name, example in body["examples"].items():
            assert faults(body["schema"], example["value"]) == [], name

    assert media_types[:1] in [[], [JSON], ["multipart/form-data"]]


@every_operation
def test_every_answer_is_described_and_shown_by_an_example_that_fits(operation):
    for status, answer in operation.answers.items():
        assert answer["description"].endswith("."), status
        assert ("content" in answer) == (status != 204), status
        if status != 204:
            assert list(answer["content"]) == [JSON]
            assert operation.examples(status), status
        for name, body in operation.examples(status).items():
            assert faults(answer["content"][JSON]["schema"], body) == [], (status, name)


@every_operation
def test_every_refusal_has_its_code_and_a_text_where_the_endpoint_has_it(operation):
    key = VIEWS[operation.path].error_key
    for status, name, body in refusals(operation):
        assert operation.answers[status]["content"][JSON]["schema"]["required"] == ["code"]
        assert re.fullmatch(r"[a-z_]+", body["code"])
        assert isinstance(body.get(key), str) or body["code"] == "invalid", (status, name)


@every_operation
def test_what_can_be_refused_anywhere_is_documented_everywhere(operation):
    view = VIEWS[operation.path]
    is_parsed = bool(operation.bodies) and operation.name not in RAW
    due = {
        401: operation.needs_a_person or operation.name in CREDENTIALS,
        404: "{" in operation.path or operation.name == "payments_verify",
        413: is_parsed,
        415: is_parsed,
        429: view.throttle_scope is not None and operation.method in view.throttle_methods,
        503: True,
    }

    if is_parsed:
        assert 400 in operation.answers
    for status, is_due in due.items():
        assert (status in operation.answers) == is_due, status


def test_every_code_stands_in_the_reference():
    codes = {
        (status, body["code"])
        for operation in operations().values()
        for status, _, body in refusals(operation)
    }
    rows = re.findall(r"^\| (`[^|]*) \| ([\d, ]+) \|", REFERENCE.read_text(), re.MULTILINE)
    explained = Counter(
        (int(status), code)
        for names, statuses in rows
        for code in re.findall(r"`(\w+)`", names)
        for status in statuses.split(", ")
    )

    assert sorted(codes - set(explained)) == []
