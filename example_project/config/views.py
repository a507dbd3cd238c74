"""The demo site's own pages: front page, API index, JSON errors and media files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import defaults, static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from partscatalog.api.views import ShopView
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import FileResponse
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

API = "/api/"
INDEX = {
    "categories": "categories/",
    "brands": "brands/",
    "products": "products/",
    "cart": "carts/products/",
    "orders": "orders/orders/",
    "users": "users/register/",
    "schema": "schema/",
    "docs": "docs/",
    "redoc": "redoc/",
}


def refusal(*, status: int, code: str, detail: str) -> JsonResponse:
    """Return an error in the one shape that every error of the API has."""
    return JsonResponse({"detail": detail, "code": code}, status=status)


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    return render(request, "front_page.html")


class ApiIndex(ShopView):
    """Name the API's entry points by their absolute URLs."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        base = get_settings().SITE_URL or f"{request.scheme}://{request.get_host()}"
        root = base + reverse("api-index")
        return Response({name: root + path for name, path in INDEX.items()})


@csrf_exempt
def api_not_found(request: HttpRequest) -> JsonResponse:
    """Answer every path below the API's root that nothing else took, under DEBUG too."""
    return refusal(status=404, code="not_found", detail=_("Not found."))


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse | HttpResponseBase:
    """Serve one uploaded picture; the URL pattern admits no name that could climb out."""
    try:
        return static.serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as err:
        raise Http404 from err


def _errors(
    page: Callable[..., HttpResponse], *, status: int, code: str, detail: str
) -> Callable[..., HttpResponse]:
    """Return an error view that speaks JSON below the API's root and HTML elsewhere."""

    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        if request.path_info.startswith(API):
            return refusal(status=status, code=code, detail=detail)
        return page(request) if exception is None else page(request, exception)

    return view


bad_request = _errors(defaults.bad_request, status=400, code="bad_request", detail="Bad request.")
forbidden = _errors(defaults.permission_denied, status=403, code="forbidden", detail="Forbidden.")
not_found = _errors(defaults.page_not_found, status=404, code="not_found", detail="Not found.")
server_error = _errors(defaults.server_error, status=500, code="server_error", detail="Server error.")
