"""Who visits and what they carry: the only reader of the session and of ``X-Cart-Token``.

A visitor carries the ids of rows (a cart, say) under names. A signed token proves them to clients
without cookies, the session to browsers; writes that the session decides are guarded against other
sites, because a browser sends its cookie along with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS

from partscatalog.api.views import PrivateView
from partscatalog.exceptions import PartsCatalogError

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.sessions.backends.base import SessionBase
    from rest_framework.request import Request
    from rest_framework.response import Response

TOKEN_HEADER = "X-Cart-Token"  # noqa: S105  # a header's name
MAX_TOKEN_LENGTH = 200

_signer = signing.Signer(salt="partscatalog.visitor")


class CrossSite(PartsCatalogError):
    """Another site's page tried to change what this browser's session holds."""

    status = 403
    code = "cross_site"
    text = _("This request came from another site.")


@dataclass(frozen=True)
class Carried:
    """The id of a row that the visitor proved to hold, and by what."""

    pk: int
    source: Literal["token", "session"]


class Visitor:
    """One request's visitor: the user of its bearer token, and what token and session carry."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.new_token: str | None = None

    @property
    def user(self) -> AbstractBaseUser | None:
        """The signed-in user, known by a bearer token; a session's login does not count here."""
        user = self._request.user
        return user if user.is_authenticated else None

    def carried(self, name: str) -> list[Carried]:
        """Return what the visitor carries under a name: by token first, then by session.

        The rows may be gone or closed by now; whoever asks goes on to the next one then.

        :raises CrossSite: when a write of another site's page would be decided by the session.
        """
        found = []
        pk = _read_token(self._request.headers.get(TOKEN_HEADER, ""), name)
        if pk is not None:
            found.append(Carried(pk, "token"))
        pk = self._in_session(name)
        if pk is not None and pk not in [entry.pk for entry in found]:
            if not found and self.user is None:
                self._refuse_cross_site()
            found.append(Carried(pk, "session"))
        return found

    def carry(self, name: str, pk: int) -> None:
        """Give the visitor a row to carry from now on: a signed token, and the session for browsers.

        A page of another site gets the token alone, so that it cannot plant a cookie.
        """
        self.new_token = _signer.sign(f"{name}:{pk}")
        session = self._session()
        if session is not None and not self._is_cross_site():
            session[_session_key(name)] = pk

    def drop(self, name: str) -> None:
        """Take a row from the session; a token that names it is for its owner to forget."""
        session = self._session()
        if session is not None and self._in_session(name) is not None:
            del session[_session_key(name)]

    def _session(self) -> SessionBase | None:
        return getattr(self._request, "session", None)

    def _in_session(self, name: str) -> int | None:
        session = self._session()
        pk = session.get(_session_key(name)) if session is not None else None
        return pk if isinstance(pk, int) else None

    def _refuse_cross_site(self) -> None:
        if self._request.method not in SAFE_METHODS and self._is_cross_site():
            raise CrossSite

    def _is_cross_site(self) -> bool:
        """Tell whether the request came from a page of another site.

        ``Origin``, where it is sent, decides alone; then ``Sec-Fetch-Site``; a client that sends
        neither is no browser.
        """
        origin = self._request.headers.get("Origin")
        if origin is not None:
            return not _is_own_origin(origin, self._request)
        return self._request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}


class VisitorView(PrivateView):
    """A view that knows its visitor and hands out the token that they carry."""

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        wrapped = super().initialize_request(request, *args, **kwargs)
        self.visitor = Visitor(wrapped)
        return wrapped

    def finalize_response(self, request: Any, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.visitor.new_token is not None:
            response.headers[TOKEN_HEADER] = self.visitor.new_token
        return response


def _session_key(name: str) -> str:
    return f"partscatalog_{name}"


def _read_token(token: str, name: str) -> int | None:
    """Return the id that a token proves, or nothing: an invalid token counts as absent."""
    if not token or len(token) > MAX_TOKEN_LENGTH:
        return None
    try:
        value = _signer.unsign(token)
    except signing.BadSignature:
        return None
    kind, _colon, pk = value.partition(":")
    return int(pk) if kind == name and pk.isdecimal() else None


def _is_own_origin(origin: str, request: Request) -> bool:
    if origin == f"{'https' if request.is_secure() else 'http'}://{request.get_host()}":
        return True
    return any(_is_trusted(origin, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS)


def _is_trusted(origin: str, trusted: str) -> bool:
    """Compare as Django's own CSRF check does: exactly, or any subdomain where ``*.`` begins the host."""
    if "*" not in trusted:
        return origin == trusted
    scheme, _sep, pattern = trusted.partition("://*")
    given = urlsplit(origin)
    return given.scheme == scheme and given.netloc.endswith(pattern)
