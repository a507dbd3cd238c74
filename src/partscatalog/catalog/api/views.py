"""The catalog's doors: lists and details for everybody, changes for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from partscatalog.api.pagination import Keyset
from partscatalog.api.permissions import person
from partscatalog.catalog.api import documentation as docs
from partscatalog.catalog.api.access import CatalogView
from partscatalog.catalog.api.filters import ProductFilter
from partscatalog.catalog.api.inputs import BrandInput, CategoryInput, ProductInput
from partscatalog.catalog.api.serializers import show
from partscatalog.catalog.models import Brand, Category, Product
from partscatalog.catalog.services import groups, products
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from partscatalog.catalog.querysets import ProductQuerySet


class CategoryListView(CatalogView):
    permission_model = Category
    pages = Keyset(ordering=("path", "id"), default_size=200, max_size=1_000)

    @extend_schema(**docs.CATEGORY_LIST)
    def get(self, request: Request) -> Response:
        rows = Category.objects.visible().select_related("parent")
        return self.pages.respond(request, rows, lambda page: show("category", list(page), request))

    @extend_schema(**docs.CATEGORY_CREATE)
    def post(self, request: Request) -> Response:
        category = groups.create_category(self.sent(CategoryInput))
        return Response(show("category", category, request), status=status.HTTP_201_CREATED)


class CategoryView(CatalogView):
    permission_model = Category

    @extend_schema(**docs.CATEGORY)
    def get(self, request: Request, cat_slug: str) -> Response:
        rows = Category.objects.visible().select_related("parent")
        return Response(show("category", one(rows, cat_slug), request))

    @extend_schema(**docs.CATEGORY_REPLACE)
    def put(self, request: Request, cat_slug: str) -> Response:
        return self._change(request, cat_slug)

    @extend_schema(**docs.CATEGORY_CHANGE)
    def patch(self, request: Request, cat_slug: str) -> Response:
        return self._change(request, cat_slug)

    @extend_schema(**docs.CATEGORY_DELETE)
    def delete(self, request: Request, cat_slug: str) -> Response:
        groups.delete(one(Category.objects.all(), cat_slug))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, cat_slug: str) -> Response:
        category = one(Category.objects.all(), cat_slug)
        return Response(show("category", groups.change(category, self.sent(CategoryInput)), request))


class BrandListView(CatalogView):
    permission_model = Brand
    pages = Keyset(ordering=("name", "id"))

    @extend_schema(**docs.BRAND_LIST)
    def get(self, request: Request) -> Response:
        return self.pages.respond(
            request, Brand.objects.all(), lambda page: show("brand", list(page), request)
        )

    @extend_schema(**docs.BRAND_CREATE)
    def post(self, request: Request) -> Response:
        brand = groups.create_brand(self.sent(BrandInput))
        return Response(show("brand", brand, request), status=status.HTTP_201_CREATED)


class BrandView(CatalogView):
    permission_model = Brand

    @extend_schema(**docs.BRAND)
    def get(self, request: Request, slug: str) -> Response:
        return Response(show("brand", one(Brand.objects.all(), slug), request))

    @extend_schema(**docs.BRAND_REPLACE)
    def put(self, request: Request, slug: str) -> Response:
        return self._change(request, slug)

    @extend_schema(**docs.BRAND_CHANGE)
    def patch(self, request: Request, slug: str) -> Response:
        return self._change(request, slug)

    @extend_schema(**docs.BRAND_DELETE)
    def delete(self, request: Request, slug: str) -> Response:
        groups.delete(one(Brand.objects.all(), slug))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, slug: str) -> Response:
        brand = one(Brand.objects.all(), slug)
        return Response(show("brand", groups.change(brand, self.sent(BrandInput)), request))


class ProductListView(CatalogView):
    permission_model = Product

    @extend_schema(**docs.PRODUCT_LIST)
    def get(self, request: Request) -> Response:
        return respond(request, Product.objects.visible())

    @extend_schema(**docs.PRODUCT_CREATE)
    def post(self, request: Request) -> Response:
        product = products.create(self.sent(ProductInput))
        return Response(show("product", product, request), status=status.HTTP_201_CREATED)


class CategoryProductListView(CatalogView):
    permission_model = Product

    @extend_schema(**docs.CATEGORY_PRODUCT_LIST)
    def get(self, request: Request, cat_slug: str) -> Response:
        category = one(Category.objects.visible(), cat_slug)
        return respond(request, Product.objects.visible().below(category))


class ProductView(CatalogView):
    permission_model = Product

    @extend_schema(**docs.PRODUCT)
    def get(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        rows = Product.objects.visible().at(cat_slug)
        return Response(show("product", one(rows.for_display(), product_slug), request))

    @extend_schema(**docs.PRODUCT_REPLACE)
    def put(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        return self._change(request, cat_slug, product_slug)

    @extend_schema(**docs.PRODUCT_CHANGE)
    def patch(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        return self._change(request, cat_slug, product_slug)

    @extend_schema(**docs.PRODUCT_DELETE)
    def delete(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        products.delete(staff_product(cat_slug, product_slug))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        product = staff_product(cat_slug, product_slug)
        products.update(product, self.sent(ProductInput), actor=person(request))
        return Response(show("product", product, request))


def respond(request: Request, rows: ProductQuerySet) -> Response:
    """Answer one page of products, filtered, searched and ordered as the request asks."""
    found = ProductFilter(request.query_params, queryset=rows)
    found.verify()
    response = found.keyset.respond(
        request, found.qs.for_display(), lambda page: show("product", list(page), request)
    )
    if not response.data:
        found.verify_slugs()
    return response


def staff_product(cat_slug: str, product_slug: str) -> Product:
    """Return a product for staff, active or not.

    :raises NotFound: when there is none under this category.
    """
    product: Product = one(Product.objects.at(cat_slug).for_display(), product_slug)
    return product


def one(rows: QuerySet[Any], slug: str) -> Any:
    """Return the row of exactly this slug; a database may ignore letter case.

    :raises NotFound: when there is none.
    """
    row = rows.filter(slug=slug).first()
    if row is None or row.slug != slug:
        raise NotFound
    return row
