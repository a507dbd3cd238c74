"""The base of every API view: nothing that the host sets changes its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from partscatalog.api import encodings, errors
from partscatalog.api.authentication import BearerAuthentication, LenientBearerAuthentication
from partscatalog.api.parsers import PlainFormParser, PlainMultiPartParser, StrictJSONParser
from partscatalog.api.permissions import IsPerson, added_by_site
from partscatalog.api.renderers import OneRenderer, PlainJSONRenderer
from partscatalog.api.schema import ShopSchema
from partscatalog.api.throttles import client_address
from partscatalog.conf import get_settings, swap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rest_framework.throttling import BaseThrottle


class ShopRequest(Request):
    """DRF's request, with an anonymous user whatever the host puts in its place."""

    def _not_authenticated(self) -> None:
        self._authenticator = None
        self.user = AnonymousUser()
        self.auth = None


class ShopView(APIView):
    """Renderers, parsers, authentication, errors and schema are pinned; the view is never atomic.

    ``error_key`` is where the text of an error stands. ``throttle_scope`` names the rate that counts its
    requests, and ``throttle_methods`` which of them. ``app`` names the permissions that a site adds.
    ``is_raw`` says that the view reads bytes of its own; elsewhere a body that cannot be read is refused,
    whether the view needs it or not.
    """

    renderer_classes = [PlainJSONRenderer]
    parser_classes = [StrictJSONParser, PlainFormParser, PlainMultiPartParser]
    authentication_classes: Sequence[Any] = [LenientBearerAuthentication]
    permission_classes: Sequence[Any] = [AllowAny]
    throttle_classes: Sequence[Any] = []
    content_negotiation_class = OneRenderer
    metadata_class = None
    versioning_class = None
    # Neither OPTIONS nor TRACE is answered, nor named in Allow.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = ShopSchema()

    app: ClassVar[str] = ""
    is_raw: ClassVar[bool] = False
    error_key: ClassVar[str] = "detail"
    throttle_scope: ClassVar[str | None] = None
    throttle_methods: ClassVar[frozenset[str]] = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return ShopRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse a method that the view has not before anybody is asked who they are."""
        method = request.method.lower()
        if method not in self.http_method_names or not hasattr(self, method):
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)
        if not self.is_raw:
            encodings.verify(request._request)
            if request.method not in SAFE_METHODS:
                _ = request.data

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.handle

    def get_permissions(self) -> list[Any]:
        return [*super().get_permissions(), *added_by_site(self.app)]

    def get_throttles(self) -> list[BaseThrottle]:
        if self.throttle_scope is None or self.request.method not in self.throttle_methods:
            return []
        return [swap(get_settings().THROTTLE)(self.throttle_scope)]

    def throttle_subject(self, request: Request) -> str:
        """Return whom a request is counted for: the user, else the client's address."""
        if request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{client_address(request)}"


class PrivateView(ShopView):
    """A view whose answers are for one caller: no cache may keep them."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class PersonalView(PrivateView):
    """A view for signed-in people: a bad token is refused."""

    authentication_classes = [BearerAuthentication]
    permission_classes = [IsPerson]
