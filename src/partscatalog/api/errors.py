"""Turn every error of an API view into one JSON object with a stable code."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings

from partscatalog.exceptions import Busy, PartsCatalogError

logger = logging.getLogger(__name__)

#: What a client must be told beside the body: how to sign in, and the seconds after which a request that
#: met a busy database may be sent again.
HEADERS = {
    status.HTTP_401_UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    status.HTTP_503_SERVICE_UNAVAILABLE: {"Retry-After": "1"},
}


class TooLarge(exceptions.APIException):
    """The body passes the size that is read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = gettext_lazy("The request is too large.")


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer for an error: the text under the view's ``error_key``, the code, the facts.

    An error that nobody foresaw is logged and answered with a bare 500; under ``DEBUG`` it goes on to
    Django's own page.
    """
    key = getattr(context["view"], "error_key", "detail")
    if isinstance(error, OperationalError):
        logger.warning("The database refused a request: %s.", type(error).__name__, exc_info=error)
        error = Busy()
    if isinstance(error, PartsCatalogError):
        return _refusal(error, key)
    api_error = _as_api_error(error)
    if api_error is None:
        return _unforeseen(error, context, key)
    if isinstance(api_error, exceptions.ValidationError):
        return Response(invalid(api_error.detail, key), status=api_error.status_code)
    body = {key: str(api_error.detail), "code": api_error.get_codes()}
    return Response(body, status=api_error.status_code, headers=_headers(api_error))


def invalid(detail: Any, key: str = "detail") -> dict[str, Any]:
    """Return the body for input that is not valid: DRF's field keys, and the code beside them."""
    if not isinstance(detail, dict):
        return {key: " ".join(str(text) for text in detail), "code": "invalid"}
    body = dict(detail)
    general = body.pop(api_settings.NON_FIELD_ERRORS_KEY, None)
    if general is not None:
        body[key] = " ".join(str(text) for text in general)
    return {**body, "code": "invalid"}


def _refusal(error: PartsCatalogError, key: str) -> Response:
    body = {key: str(error.detail), "code": error.code, **error.facts}
    return Response(body, status=error.status, headers=HEADERS.get(error.status))


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError()
    return None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def _unforeseen(error: Exception, context: dict[str, Any], key: str) -> Response | None:
    if settings.DEBUG:
        return None
    request = context["request"]
    got_request_exception.send(sender=type(context["view"]), request=request)
    logger.error("An API view failed: %s.", type(error).__name__, exc_info=error)
    body = {key: _("Something went wrong on our side."), "code": "error"}
    return Response(body, status=status.HTTP_500_INTERNAL_SERVER_ERROR)
