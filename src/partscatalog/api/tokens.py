"""The shop's JSON Web Tokens: short access tokens and refresh tokens, tied to the user's password.

The one module that knows the token library. Keys are derived from ``SECRET_KEY``; those of
``SECRET_KEY_FALLBACKS`` still verify, for as long as the site lists them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidToken

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

Kind = Literal["access", "refresh"]

ALGORITHM = "HS256"
#: Seconds by which the clocks of two nodes may differ.
LEEWAY = 30
#: A token longer than this is none of ours and is not looked at.
MAX_LENGTH = 2_000


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a valid token says."""

    jti: str
    expires_at: datetime


def issue(user: AbstractBaseUser, kind: Kind) -> str:
    """Return a new token of the user; it names the user's key and nothing personal."""
    now = datetime.now(UTC)
    config = get_settings()
    lifetime = config.ACCESS_TOKEN_LIFETIME if kind == "access" else config.REFRESH_TOKEN_LIFETIME
    return _backend(settings.SECRET_KEY).encode(
        {
            "token_type": kind,
            "jti": token_hex(16),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "user_id": str(user.pk),
            "hash": _digests(user)[0],
        },
    )


def read(token: str, kind: Kind) -> tuple[AbstractBaseUser, Claims]:
    """Return the active user whom the token names, and its claims; one query.

    :raises InvalidToken: for anything that is not a live token of this kind.
    """
    payload = _payload(token)
    if payload.get("token_type") != kind:
        raise InvalidToken
    user = _user(payload.get("user_id"))
    digest = payload.get("hash")
    if not isinstance(digest, str) or not any(
        constant_time_compare(digest, known) for known in _digests(user)
    ):
        raise InvalidToken
    return user, Claims(jti=str(payload["jti"]), expires_at=datetime.fromtimestamp(payload["exp"], UTC))


def _payload(token: str) -> dict[str, Any]:
    if len(token) > MAX_LENGTH or not token.isascii():
        raise InvalidToken
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            payload: dict[str, Any] = _backend(secret).decode(token.encode())  # type: ignore[arg-type]  # the stub names another type
        except (TokenBackendError, ValueError, TypeError, RecursionError):
            continue
        if {"jti", "exp", "user_id"} <= payload.keys():
            return payload
    raise InvalidToken


def _user(key: Any) -> AbstractBaseUser:
    model = get_user_model()
    try:
        user = model._default_manager.get(pk=key)
    except (model.DoesNotExist, ValueError, TypeError, OverflowError, ValidationError) as error:
        raise InvalidToken from error
    if not user.is_active:
        raise InvalidToken
    return user


def _digests(user: AbstractBaseUser) -> list[str]:
    """Return what ties a token to the user's present password: first the current key's, then older keys'."""
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return [hashlib.sha256(value.encode()).hexdigest()[:32] for value in hashes]


def _backend(secret: str | bytes) -> TokenBackend:
    key = hashlib.sha256(b"partscatalog.tokens:" + (secret.encode() if isinstance(secret, str) else secret))
    return TokenBackend(ALGORITHM, signing_key=key.hexdigest(), leeway=LEEWAY)
