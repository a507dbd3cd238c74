"""What the OpenAPI schema says of all views alike: tokens, errors, headers and pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.permissions import SAFE_METHODS

from partscatalog.api.authentication import BearerAuthentication
from partscatalog.api.permissions import ReadOrModelPermission

CODES = {
    400: ("The input is not valid.", "invalid"),
    401: ("A valid access token is needed.", "not_authenticated"),
    403: ("This caller may not do it.", "permission_denied"),
    404: ("There is no such thing for this caller.", "not_found"),
    409: ("The state of things does not allow it now.", "conflict"),
    413: ("The body is too large.", "too_large"),
    415: ("The body is of a type that is not read.", "unsupported_media_type"),
    422: ("This Idempotency-Key was used for another body.", "idempotency_mismatch"),
    429: ("Too many requests; Retry-After says when to try again.", "throttled"),
    500: ("The payment gateway failed.", "gateway_error"),
    503: ("Busy; Retry-After says when to try again.", "unavailable"),
}

#: The general 503, for an operation that has another one of its own.
BUSY = ("unavailable", {"detail": "The shop is busy. Try again in a moment.", "code": "unavailable"})

ERROR = {
    "type": "object",
    "properties": {"code": {"type": "string"}},
    "required": ["code"],
    "additionalProperties": {},
}


#: The security of what needs nobody to be signed in, where a token changes nothing.
PUBLIC: list[dict[str, list[str]]] = [{}]


class ShopSchema(AutoSchema):
    """The package's own schema class, pinned so that the host's default does not matter."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own shape, not DRF's
        """Leave it to each operation's documentation: a view's docstring speaks to programmers."""
        return ""

    def get_auth(self) -> list[Any]:
        """Return the ways to prove who one is; an empty one where nobody has to."""
        if self.method in SAFE_METHODS and any(
            isinstance(permission, ReadOrModelPermission) for permission in self.view.get_permissions()
        ):
            return PUBLIC
        ways: list[Any] = super().get_auth()
        return ways

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Say nothing of security where a token changes nothing: readers show any word of it by a padlock."""
        operation = super().get_operation(*args, **kwargs)
        if operation and operation.get("security") == PUBLIC:
            del operation["security"]
        return operation


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The access token in the ``Authorization`` header."""

    target_class = "partscatalog.api.authentication.BearerAuthentication"
    match_subclasses = True
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


# Strict and lenient are one scheme for whoever calls.
set_override(BearerAuthentication, "suppress_collision_warning", True)  # noqa: FBT003


def error(status: int, *examples: tuple[str, dict[str, Any]], key: str = "detail") -> OpenApiResponse:
    """Return the documentation of one error answer.

    Each example is a name and a body; without one, the general body of that status is shown.
    """
    text, code = CODES[status]
    shown = examples or ((code, {key: text, "code": code}),)
    return OpenApiResponse(
        response=ERROR,
        description=text,
        examples=[OpenApiExample(name, value=body, response_only=True) for name, body in shown],
    )


def errors(*statuses: int, key: str = "detail") -> dict[int, OpenApiResponse]:
    """Return the documentation of several general error answers, by status."""
    return {status: error(status, key=key) for status in statuses}


PAGE_PARAMETERS = [
    OpenApiParameter(
        "page_size", OpenApiTypes.INT, description="Rows of a page, 1 to 200; 50 where not given."
    ),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="Where to go on; taken from a `Link` header."),
    OpenApiParameter(
        "count",
        OpenApiTypes.BOOL,
        description="`true` answers `X-Total-Count`: exact up to 1,000, then `1,000+`.",
    ),
    OpenApiParameter(
        "Link",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=[200],
        description="RFC 8288 links to the `next` and `prev` page, where there is one.",
    ),
    OpenApiParameter(
        "X-Total-Count",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=[200],
        description="How many rows there are, when asked by `count=true`.",
    ),
]
