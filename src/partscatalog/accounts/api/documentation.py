"""What the OpenAPI schema says of the accounts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from partscatalog.accounts.api import serializers
from partscatalog.api.schema import PUBLIC, error, errors

TAGS = ["users"]

USER = {"id": 1, "email": "user@example.com", "first_name": "John", "last_name": "Doe"}
PAIR = {"access_token": "eyJhbGciOiJIUzI1NiJ9...", "refresh_token": "eyJhbGciOiJIUzI1NiJ9..."}
CREDENTIALS = {"email": "user@example.com", "password": "securepassword"}

_TEXT = {"type": "string"}
#: The user's key is whatever the site's model has.
_KEY = {"oneOf": [{"type": "integer"}, _TEXT]}
_USER = {
    "type": "object",
    "properties": {"id": _KEY, "email": _TEXT, "first_name": _TEXT, "last_name": _TEXT},
    "required": ["id", "email", "first_name", "last_name"],
}
_TAKEN = {"email": ["This email cannot be used."], "code": "invalid"}
_WEAK = {"new_password": ["This password is too common."], "code": "invalid"}
_WRONG = {"detail": "The email or the password is wrong.", "code": "invalid_credentials"}
_BAD_TOKEN = {"detail": "The token is invalid or expired.", "code": "invalid_token"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _answer(shape: dict[str, Any], description: str, value: dict[str, Any]) -> OpenApiResponse:
    example = OpenApiExample("answer", value=value, response_only=True)
    return OpenApiResponse(shape, description=description, examples=[example])


def _operation(
    name: str, summary: str, request: Any, value: dict[str, Any], responses: dict[int, Any]
) -> dict[str, Any]:
    return {
        "operation_id": f"users_{name}",
        "summary": summary,
        "tags": TAGS,
        "request": request,
        "examples": [OpenApiExample("request", value=value, request_only=True)],
        "responses": {**errors(400, 413, 415, 503), **responses},
    }


def _public(*arguments: Any) -> dict[str, Any]:
    return {**_operation(*arguments), "auth": PUBLIC}


_TOKENS = {"access_token": _TEXT, "refresh_token": _TEXT}

REGISTER = _public(
    "register",
    "Create an account and sign in",
    serializers.RegisterSerializer,
    {**CREDENTIALS, "first_name": "John", "last_name": "Doe"},
    {
        201: _answer(
            _object(**_TOKENS, user_serializer=_USER), "The account.", {**PAIR, "user_serializer": USER}
        ),
        400: error(400, ("invalid", _TAKEN)),
        **errors(429),
    },
)
LOGIN = _public(
    "login",
    "Sign in",
    serializers.LoginSerializer,
    CREDENTIALS,
    {
        200: _answer(_object(**_TOKENS, user=_USER), "Signed in.", {**PAIR, "user": USER}),
        401: error(401, ("invalid_credentials", _WRONG)),
        **errors(429),
    },
)
REFRESH = _public(
    "token_refresh",
    "Exchange a refresh token for a new pair",
    serializers.RefreshSerializer,
    {"refresh_token": PAIR["refresh_token"]},
    {
        200: _answer(_object(**_TOKENS), "A new pair; the old refresh token is used up.", PAIR),
        401: error(401, ("invalid_token", _BAD_TOKEN)),
    },
)
LOGOUT = _public(
    "logout",
    "Revoke a refresh token",
    serializers.RefreshSerializer,
    {"refresh_token": PAIR["refresh_token"]},
    {
        204: OpenApiResponse(description="Revoked."),
        401: error(401, ("invalid_token", _BAD_TOKEN)),
    },
)
ME: dict[str, Any] = {
    "operation_id": "users_me",
    "summary": "Look at your account",
    "tags": TAGS,
    "responses": {200: _answer(_USER, "You.", USER), **errors(401, 503)},
}
ME_CHANGE = _operation(
    "me_change",
    "Change your names",
    serializers.NamesSerializer,
    {"first_name": "Jane"},
    {200: _answer(_USER, "You.", {**USER, "first_name": "Jane"}), **errors(401)},
)
PASSWORD_CHANGE = _operation(
    "password_change",
    "Change your password; all tokens end",
    serializers.PasswordChangeSerializer,
    {"old_password": "securepassword", "new_password": "a better password"},
    {204: OpenApiResponse(description="Changed."), 400: error(400, ("invalid", _WEAK)), **errors(401, 429)},
)
PASSWORD_RESET = _public(
    "password_reset",
    "Ask for a mail that lets you set a new password",
    serializers.PasswordResetSerializer,
    {"email": "user@example.com"},
    {
        200: _answer(
            _object(detail=_TEXT),
            "The same answer whether there is such an account or not.",
            {"detail": "If there is such an account, a mail is on its way."},
        ),
        **errors(429),
    },
)
PASSWORD_RESET_CONFIRM = _public(
    "password_reset_confirm",
    "Set a new password by what the mail said",
    serializers.PasswordResetConfirmSerializer,
    {"uid": "MQ", "token": "c8x2kq-0123456789abcdef", "new_password": "a better password"},
    {204: OpenApiResponse(description="Set."), 400: error(400, ("invalid", _WEAK)), **errors(429)},
)
