"""What a request is written in: UTF-8, in its query string and in its body."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import WSGIRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Names of UTF-8, and of the part of it that is written alike.
NAMES = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def verify(request: HttpRequest) -> None:
    """Refuse another encoding: read as UTF-8 it would be taken for something else.

    :raises UnsupportedMediaType: when the type of the body names another charset.
    :raises ParseError: when the query string is not in UTF-8.
    """
    if not _names_utf_8(request):
        raise UnsupportedMediaType(request.content_type or "", _("The charset of a request is UTF-8."))
    if not _is_query_utf_8(request):
        raise ParseError(_("The query string is not valid UTF-8."))


def is_utf_8(request: HttpRequest) -> bool:
    """Tell whether :func:`verify` would refuse nothing."""
    return _names_utf_8(request) and _is_query_utf_8(request)


def _names_utf_8(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset")
    return charset is None or charset.lower() in NAMES


def _is_query_utf_8(request: HttpRequest) -> bool:
    query: str = request.META.get("QUERY_STRING", "")
    if query.isascii() and "%" not in query:
        return True
    try:
        # WSGI gives bytes as characters, ASGI has read them already.
        raw = query.encode("latin-1") if isinstance(request, WSGIRequest) else query
        unquote_to_bytes(raw).decode()
    except UnicodeError:
        return False
    return True
