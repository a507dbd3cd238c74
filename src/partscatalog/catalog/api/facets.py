"""The doors of the facets: what a list of products can be narrowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from partscatalog.catalog import facets
from partscatalog.catalog.api import documentation as docs
from partscatalog.catalog.api.access import CatalogView
from partscatalog.catalog.api.filters import FacetFilter
from partscatalog.catalog.api.serializers import FacetsSerializer
from partscatalog.catalog.models import Product

if TYPE_CHECKING:
    from rest_framework.request import Request


class FacetsView(CatalogView):
    permission_model = Product

    @extend_schema(**docs.FACETS)
    def get(self, request: Request) -> Response:
        return respond(request)


class CategoryFacetsView(CatalogView):
    permission_model = Product

    @extend_schema(**docs.CATEGORY_FACETS)
    def get(self, request: Request, cat_slug: str) -> Response:
        return respond(request, below=cat_slug)


def respond(request: Request, *, below: str = "") -> Response:
    """Answer the facets of what the request asks for."""
    asked = FacetFilter(request.query_params, queryset=Product.objects.filter(is_active=True))
    asked.verify()
    found = facets.count(asked.searched, asked.choices, below=below)
    if not found.found:
        asked.verify_slugs()
    return Response(FacetsSerializer(found).data)
