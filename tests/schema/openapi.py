"""The OpenAPI file of the repo, read for tests: its operations, and what is wrong with a value by it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.urls import resolve
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path(__file__).resolve().parents[2] / "schema.yml"
JSON = "application/json"

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the file documents it."""

    method: str
    path: str
    spec: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.spec["operationId"])

    @property
    def answers(self) -> dict[int, Mapping[str, Any]]:
        return {int(status): answer for status, answer in self.spec["responses"].items()}

    @property
    def bodies(self) -> Mapping[str, Any]:
        """What may be sent, by media type."""
        bodies: Mapping[str, Any] = self.spec.get("requestBody", {}).get("content", {})
        return bodies

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """The ways to prove who one is, an empty one where nobody has to; none where it changes nothing."""
        ways: list[dict[str, list[str]]] = self.spec.get("security", [])
        return ways

    @property
    def needs_a_person(self) -> bool:
        return bool(self.security) and {} not in self.security

    def examples(self, status: int) -> dict[str, Any]:
        """Return the example bodies of one answer by their names."""
        found = self.answers[status].get("content", {}).get(JSON, {}).get("examples", {})
        return {name: example["value"] for name, example in found.items()}


@cache
def document() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load(FILE.read_text())
    return read


@cache
def operations() -> dict[str, Operation]:
    """Return every operation by its id."""
    found = [
        Operation(method.upper(), path, spec)
        for path, methods in document()["paths"].items()
        for method, spec in methods.items()
    ]
    return {operation.name: operation for operation in found}


def operation_at(method: str, path: str) -> Operation:
    """Return the operation that answers a request, by the route that Django takes."""
    template = "/" + _CONVERTER.sub(r"{\1}", resolve(path).route)
    return next(
        operation
        for operation in operations().values()
        if (operation.method, operation.path) == (method, template)
    )


def faults(schema: Any, value: Any) -> list[str]:
    """Return what is wrong with a value; a key that the schema does not name is wrong too."""
    whole = {**_as_json_schema(schema), "components": _components()}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def faults_of_answer(operation: Operation, status: int, body: bytes) -> Iterator[str]:
    """Yield what the documentation of the operation does not say of an answer."""
    answer = operation.answers.get(status)
    if answer is None:
        yield f"{operation.name} does not document {status}"
    elif "content" in answer:
        yield from faults(answer["content"][JSON]["schema"], json.loads(body))
    elif body:
        yield f"{operation.name} documents no body for {status}"


@cache
def _components() -> Any:
    return _as_json_schema(document()["components"])


def _as_json_schema(node: Any) -> Any:
    """Return OpenAPI 3.0's dialect as JSON Schema, with objects closed that name their properties."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _as_json_schema(value) for key, value in node.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    if made.pop("nullable", None) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made
