"""What the endpoints answer is what the OpenAPI file says: each success, and each refusal that it names.

Every answer is checked against the file; a key that the file does not name is a fault of the file.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from partscatalog.api.parsers import MAX_BYTES
from partscatalog.conf import DEFAULT_THROTTLES
from tests.schema.openapi import Operation, faults_of_answer, operations
from tests.schema.requests import CALLS, REFUSALS, SHAPES
from tests.schema.scene import MULTIPART, Scene

pytestmark = pytest.mark.django_db

#: Answered by a race alone.
RACES = {(f"products_{verb}", 409, "conflict") for verb in ("create", "update", "partial_update")}


@pytest.fixture
def scene(settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return Scene(settings)


def documenting(status: int) -> Any:
    """Run a test for every operation that documents this status."""
    return pytest.mark.parametrize(
        "name", [name for name, each in operations().items() if status in each.answers]
    )


def outcome(operation: Operation, response: Any) -> tuple[int, str]:
    """Return status and code, once the answer was found to be as the file says."""
    assert list(faults_of_answer(operation, response.status_code, response.content)) == []
    code = response.json()["code"] if response.status_code >= 400 else ""
    return response.status_code, code


def test_every_documented_answer_is_tried():
    documented = {
        (name, status, body["code"])
        for name, operation in operations().items()
        for status in operation.answers
        if status >= 400
        for body in operation.examples(status).values()
    }
    everywhere = {"not_authenticated", "too_large", "unsupported_media_type", "throttled", "unavailable"}

    assert set(CALLS) == set(operations())
    assert documented - RACES == {(name, status, code) for name, status, code, _ in REFUSALS} | {
        entry for entry in documented if entry[2] in everywhere
    }


@pytest.mark.parametrize("name", operations())
def test_success_is_answered_as_documented(scene, name):
    operation = operations()[name]

    response = scene.send(operation, CALLS[name](scene))

    assert response.status_code < 300, response.content
    assert outcome(operation, response) == (min(operation.answers), "")


@pytest.mark.parametrize(("name", "change"), SHAPES)
def test_success_is_documented_in_every_shape(scene, name, change):
    operation = operations()[name]

    response = scene.send(operation, change(scene, CALLS[name](scene)))

    assert outcome(operation, response) == (200, "")


@pytest.mark.parametrize(
    ("name", "status", "code", "change"),
    [pytest.param(*row, id="-".join(map(str, row[:3]))) for row in REFUSALS],
)
def test_a_refusal_is_answered_as_documented(scene, name, status, code, change):
    operation = operations()[name]

    response = scene.send(operation, change(scene, CALLS[name](scene)))

    assert outcome(operation, response) == (status, code)


@pytest.mark.parametrize("name", [name for name, each in operations().items() if each.needs_a_person])
def test_nobody_is_not_let_in(scene, name):
    operation = operations()[name]

    response = scene.send(operation, CALLS[name](scene).but(who="guest"))

    assert outcome(operation, response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@documenting(413)
def test_a_huge_body_is_not_read(scene, name):
    operation = operations()[name]
    scene.configure(IMAGE_MAX_BYTES=1)
    call = CALLS[name](scene)
    call = call.but(
        body={"alt_text": "x" * 2 * MAX_BYTES} if call.media_type == MULTIPART else b" " * (MAX_BYTES + 1)
    )

    assert outcome(operation, scene.send(operation, call)) == (413, "too_large")


@documenting(415)
def test_another_media_type_is_not_read(scene, name):
    operation = operations()[name]

    response = scene.send(operation, CALLS[name](scene).of("text/plain", b"x"))

    assert outcome(operation, response) == (415, "unsupported_media_type")


@documenting(429)
def test_a_caller_is_counted(scene, name):
    operation = operations()[name]
    call = CALLS[name](scene)
    scene.configure(THROTTLES=dict.fromkeys(DEFAULT_THROTTLES, "0/h"))

    response = scene.send(operation, call)

    assert outcome(operation, response) == (429, "throttled")
    assert int(response["Retry-After"]) > 0


@documenting(503)
def test_a_busy_database_is_no_failure_of_the_shop(scene, name):
    operation = operations()[name]
    call = CALLS[name](scene)

    def refuse(*_arguments: Any) -> None:
        raise OperationalError("The database is locked.")

    with connection.execute_wrapper(refuse):
        response = scene.send(operation, call)

    assert outcome(operation, response) == (503, "unavailable")
    assert response["Retry-After"] == "1"
