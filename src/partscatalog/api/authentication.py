"""Tell who asks, from a bearer token: strictly where a person is needed, leniently where none is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from partscatalog.api import tokens
from partscatalog.exceptions import InvalidToken

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from rest_framework.request import Request


class BearerAuthentication(BaseAuthentication):
    """A valid access token names the user; a bad one is refused with 401."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Any] | None:
        scheme, _space, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            user, claims = tokens.read(token.strip(), "access")
        except InvalidToken as error:
            raise AuthenticationFailed(str(error.detail), code=error.code) from error
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class LenientBearerAuthentication(BearerAuthentication):
    """A valid access token names the user; any other header counts as none."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Any] | None:
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            return None
