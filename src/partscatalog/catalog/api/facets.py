"""The doors of the facets: what a list of products can be narrowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema

from partscatalog.catalog import facets
from partscatalog.catalog.api import documentation as docs
from partscatalog.catalog.api.filters import FacetFilter
from partscatalog.catalog.api.reading import ReadView, rendered
from partscatalog.catalog.api.serializers import FacetsSerializer
from partscatalog.catalog.cache.answers import Built, Shows
from partscatalog.catalog.models import Product

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class _FacetsView(ReadView):
    """Any change of a product or its stock may move a number."""

    permission_model = Product
    shows = Shows.STOCKS
    serializer = "facets"
    parameters = tuple(FacetFilter.base_filters)

    def build(self, request: Request, **path: str) -> Built:
        asked = FacetFilter(request.query_params, queryset=Product.objects.filter(is_active=True))
        asked.verify()
        below = path.get("cat_slug", "")
        found = facets.count(asked.searched, asked.choices, below=below)
        if not found.found and (mended := asked.searched_mended):
            found = facets.count(mended, asked.choices, below=below)
        if not found.found:
            asked.verify_slugs()
        return Built(rendered(FacetsSerializer(found).data))


class FacetsView(_FacetsView):
    @extend_schema(**docs.FACETS)
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)


class CategoryFacetsView(_FacetsView):
    @extend_schema(**docs.CATEGORY_FACETS)
    def get(self, request: Request, cat_slug: str) -> HttpResponse:
        return self.answer(request, cat_slug=cat_slug)
