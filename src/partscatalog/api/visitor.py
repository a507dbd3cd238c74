"""Who visits and what they carry: the only reader of the session and of ``X-Cart-Token``.

A visitor carries the ids of rows (a cart, say) under names. A signed token proves them to clients
without cookies, the session to browsers; writes that the session decides are guarded against other
sites, because a browser sends its cookie along with them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.utils.http import is_same_domain
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

        The rows may be gone or closed by now; whoever asks takes the first that is not, by
        :meth:`rely_on`.
        """
        found = []
        pk = _read_token(self._request.headers.get(TOKEN_HEADER, ""), name)
        if pk is not None:
            found.append(Carried(pk, "token"))
        pk = self._in_session(name)
        if pk is not None and pk not in [entry.pk for entry in found]:
            found.append(Carried(pk, "session"))
        return found

    def rely_on(self, carried: Carried) -> None:
        """Let what is carried decide what this request is about.

        :raises CrossSite: when the session decides a write that a page of another site asked for.
        """
        if carried.source == "session" and self._is_forged():
            raise CrossSite

    @property
    def session_digest(self) -> str | None:
        """What stands for a session that is stored already, in a column that is unique per session.

        Requests that begin in one session at the same moment find each other's row by it, and the row
        when the session lost its id to another request's write.
        """
        session = self._session()
        if session is None or self._is_forged():
            return None
        session.keys()  # Loading it drops a key of the client's own making.
        if session.session_key is None:
            return None
        return hashlib.sha256(f"partscatalog:{session.session_key}".encode()).hexdigest()

    def carry(self, name: str, pk: int) -> None:
        """Give the visitor a row to carry from now on: a signed token, and the session for browsers.

        A page of another site gets the token alone, so that it cannot plant a cookie.
        """
        self.new_token = _signer().sign(f"{name}:{pk}")
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

    def _is_forged(self) -> bool:
        return self._request.method not in SAFE_METHODS and self._is_cross_site()

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


def _signer() -> signing.Signer:
    return signing.Signer(salt="partscatalog.visitor")


def _read_token(token: str, name: str) -> int | None:
    """Return the id that a token proves, or nothing: an invalid token counts as absent."""
    if not token or len(token) > MAX_TOKEN_LENGTH:
        return None
    try:
        value = _signer().unsign(token)
    except signing.BadSignature:
        return None
    kind, _colon, pk = value.partition(":")
    return int(pk) if kind == name and pk.isdecimal() else None


def _is_own_origin(origin: str, request: Request) -> bool:
    if origin == f"{'https' if request.is_secure() else 'http'}://{request.get_host()}":
        return True
    return any(_is_trusted(origin, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS)


def _is_trusted(origin: str, trusted: str) -> bool:
    """Compare as Django's own CSRF check does: exactly, or a domain and all below it where ``*.`` is set."""
    if "*" not in trusted:
        return origin == trusted
    scheme, _sep, pattern = trusted.partition("://*")
    try:
        given = urlsplit(origin)
    except ValueError:
        return False
    return given.scheme == scheme and is_same_domain(given.netloc, pattern)
