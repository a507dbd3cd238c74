"""Sign in by e-mail and password, and live on by refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.utils import timezone

from partscatalog.accounts.models import RevokedToken
from partscatalog.accounts.services import finding
from partscatalog.api import tokens
from partscatalog.exceptions import InvalidCredentials, InvalidToken
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest


@dataclass(frozen=True)
class TokenPair:
    """An access token for requests and a refresh token for the next pair."""

    access_token: str
    refresh_token: str


def issue(user: AbstractBaseUser) -> TokenPair:
    """Return a new pair of the user."""
    return TokenPair(tokens.issue(user, "access"), tokens.issue(user, "refresh"))


def sign_in(*, email: str, password: str, request: HttpRequest) -> AbstractBaseUser:
    """Return the user whom e-mail and password open, by the site's authentication backends.

    An unknown e-mail costs the same work and is refused in the same words.

    :raises InvalidCredentials: also when several active accounts share the e-mail.
    """
    candidates = finding.active_by_email(email)
    if len(candidates) != 1:
        make_password(password)
        raise InvalidCredentials
    model: Any = get_user_model()
    credentials = {model.USERNAME_FIELD: candidates[0].get_username(), "password": password}
    user = authenticate(request, **credentials)
    if user is None or user.pk != candidates[0].pk:
        raise InvalidCredentials
    return user


def refresh(token: str) -> TokenPair:
    """Exchange a refresh token for a new pair; of two simultaneous uses one gets it.

    :raises InvalidToken: when it is none, or was used or revoked before.
    """
    user, claims = tokens.read(token, "refresh")
    if not _revoke(claims):
        raise InvalidToken
    return issue(user)


def sign_out(token: str) -> None:
    """Revoke a refresh token; safe to repeat.

    :raises InvalidToken: when it is none.
    """
    _user, claims = tokens.read(token, "refresh")
    _revoke(claims)


def purge() -> int:
    """Forget the revoked tokens that have expired by themselves, and return how many."""
    deleted, _per_model = RevokedToken.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _revoke(claims: tokens.Claims) -> bool:
    try:
        _insert(claims)
    except IntegrityError:
        return False
    return True


@writing
def _insert(claims: tokens.Claims) -> None:
    RevokedToken.objects.create(jti=claims.jti, expires_at=claims.expires_at)
