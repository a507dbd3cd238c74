"""What the hostile project puts in place of everything that a host may replace; none of it may be used."""

from __future__ import annotations

from typing import Any, NoReturn

from rest_framework.authentication import BaseAuthentication
from rest_framework.filters import BaseFilterBackend
from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.schemas.inspectors import ViewInspector
from rest_framework.throttling import BaseThrottle
from rest_framework.versioning import BaseVersioning


class Used(AssertionError):
    """An answer of the shop came to depend on its host."""


def refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
    """Stand for any method or function that the shop must not call."""
    raise Used


class Authentication(BaseAuthentication):
    authenticate = refuse


class Permission(BasePermission):
    has_permission = refuse


class Throttle(BaseThrottle):
    allow_request = refuse


class Negotiation(BaseContentNegotiation):
    select_parser = refuse
    select_renderer = refuse


class Metadata(BaseMetadata):
    determine_metadata = refuse


class Versioning(BaseVersioning):
    determine_version = refuse


class Pagination(PageNumberPagination):
    page_size = 1
    paginate_queryset = refuse


class Filter(BaseFilterBackend):
    filter_queryset = refuse


class Schema(ViewInspector):
    get_operation = refuse


class Parser(BaseParser):
    media_type = "application/yaml"
    parse = refuse


class Renderer(BaseRenderer):
    media_type = "application/yaml"
    format = "yaml"
    render = refuse
