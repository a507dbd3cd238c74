"""The catalog's doors: lists and details for everybody, changes for staff."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from partscatalog.api.pagination import MAX_SIZE, PARAMETERS, Keyset, Page, asked_parameters, page_size
from partscatalog.api.permissions import person
from partscatalog.api.swaps import is_swapped
from partscatalog.catalog.api import documentation as docs
from partscatalog.catalog.api import rows
from partscatalog.catalog.api.categories import among
from partscatalog.catalog.api.filters import NEWEST, ProductFilter
from partscatalog.catalog.api.inputs import BrandInput, CategoryInput, ProductInput
from partscatalog.catalog.api.reading import GroupListView, GroupView, ReadView, one, rendered
from partscatalog.catalog.api.serializers import show
from partscatalog.catalog.cache.answers import Built, Shows
from partscatalog.catalog.models import Brand, Category, Product
from partscatalog.catalog.querysets import of_slug
from partscatalog.catalog.services import groups, products
from partscatalog.exceptions import NotFound
from partscatalog.statements import Given, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from rest_framework.request import Request

    from partscatalog.catalog.querysets import ProductQuerySet


SLUG = Product._meta.get_field("slug")


class CategoryListView(GroupListView):
    permission_model = Category
    serializer = "category"
    columns = rows.CATEGORY
    pages = Keyset(ordering=("path", "id"), default_size=200, max_size=1_000)

    def groups(self) -> QuerySet[Any]:
        return Category.objects.visible().select_related("parent")

    @extend_schema(**docs.CATEGORY_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    @extend_schema(**docs.CATEGORY_CREATE)
    def post(self, request: Request) -> Response:
        category = groups.create_category(self.sent(CategoryInput))
        return Response(show("category", category, request), status=status.HTTP_201_CREATED)


class CategoryView(GroupView):
    permission_model = Category
    serializer = "category"
    columns = rows.CATEGORY

    def groups(self) -> QuerySet[Any]:
        return Category.objects.visible().select_related("parent")

    @extend_schema(**docs.CATEGORY)
    def get(self, request: Request, cat_slug: str) -> HttpResponse:
        return self.answer(request, cat_slug=cat_slug)

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


class BrandListView(GroupListView):
    permission_model = Brand
    serializer = "brand"
    columns = rows.BRAND
    pages = Keyset(ordering=("name", "id"))

    def groups(self) -> QuerySet[Any]:
        return Brand.objects.all()

    @extend_schema(**docs.BRAND_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    @extend_schema(**docs.BRAND_CREATE)
    def post(self, request: Request) -> Response:
        brand = groups.create_brand(self.sent(BrandInput))
        return Response(show("brand", brand, request), status=status.HTTP_201_CREATED)


class BrandView(GroupView):
    permission_model = Brand
    serializer = "brand"
    columns = rows.BRAND

    def groups(self) -> QuerySet[Any]:
        return Brand.objects.all()

    @extend_schema(**docs.BRAND)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.answer(request, slug=slug)

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


class ProductPagesView(ReadView):
    """A list of products, filtered, searched and ordered as the request asks."""

    permission_model = Product
    shows = Shows.PRODUCTS
    serializer = "product"
    parameters = (*PARAMETERS, *ProductFilter.base_filters)

    def build(self, request: Request, **path: str) -> Built:
        """Return the page; with a category in the path, of its products and of those below it.

        :raises NotFound: when there is no such category.
        """
        below = path.get("cat_slug", "")
        if is_swapped("product") or asked_parameters(
            request.query_params, {*self.parameters} - {"page_size"}
        ):
            page = self._asked(request, below)
        else:
            page = _first_page(page_size(request), below)
            _verify(below, page)
        return built(page.rows, request, page.headers(request, self.parameters))

    def _asked(self, request: Request, below: str) -> Page:
        products = Product.objects.visible()
        within = Category.objects.subtree_of(below) if below else None
        if not asked_parameters(request.query_params, ProductFilter.base_filters):
            # Pages after the first one, without the cost of a form.
            page = among(within, NEWEST).asked(request, for_show(products))
            _verify(below, page)
            return page
        found = ProductFilter(request.query_params, queryset=products, within=within)
        found.verify()
        page = found.keyset.asked(request, for_show(found.qs))
        if not page.rows:
            found.verify_slugs(below)
        return page


class ProductListView(ProductPagesView):
    @extend_schema(**docs.PRODUCT_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    @extend_schema(**docs.PRODUCT_CREATE)
    def post(self, request: Request) -> Response:
        product = products.create(self.sent(ProductInput))
        return Response(show("product", product, request), status=status.HTTP_201_CREATED)


class CategoryProductListView(ProductPagesView):
    @extend_schema(**docs.CATEGORY_PRODUCT_LIST)
    def get(self, request: Request, cat_slug: str) -> HttpResponse:
        return self.answer(request, cat_slug=cat_slug)


class ProductView(ReadView):
    permission_model = Product
    shows = Shows.PRODUCT
    serializer = "product"
    is_open = False

    def build(self, request: Request, **path: str) -> Built:
        return built([_product_at(**path)], request, is_list=False)

    @extend_schema(**docs.PRODUCT)
    def get(self, request: Request, cat_slug: str, product_slug: str) -> HttpResponse:
        return self.answer(request, cat_slug=cat_slug, product_slug=product_slug)

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


def _first_page(size: int, below: str) -> Page:
    """Return the first page of all products or of a category's, which are asked for most."""
    found = _newest(size + 1, is_below=bool(below)).run(category=below)
    return NEWEST.assembled([_named(row) for row in found], Product, size=size, at=None, total=None)


@lru_cache(maxsize=MAX_SIZE)
def _newest(count: int, *, is_below: bool) -> Rows:
    """Return the query for so many of the newest products."""
    within = Category.objects.subtree_of(Given("category", SLUG)) if is_below else None
    newest = Product.objects.visible().order_by(*NEWEST.ordering).values_list(*rows.COLUMNS)
    return Rows(among(within, NEWEST).first(newest, count))


def _verify(below: str, page: Page) -> None:
    """Know the category of the path; only an empty page can hide that there is none.

    :raises NotFound: then.
    """
    if below and not page.rows:
        one(Category.objects.visible(), below)


def _product_at(*, cat_slug: str, product_slug: str) -> Any:
    """Return the product of a path, as :func:`for_show` does.

    :raises NotFound: when there is none.
    """
    if is_swapped("product"):
        return one(for_show(Product.objects.visible().at(cat_slug)), product_slug)
    for row in _at_path().run(category=cat_slug, product=product_slug):
        return _named(row)
    raise NotFound


@cache
def _at_path() -> Rows:
    """Return the query for the product of a path."""
    of_category = Product.objects.visible().at(Given("category", SLUG))
    return Rows(of_category.filter(of_slug(Given("product", SLUG))).values_list(*rows.COLUMNS))


def _named(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(rows.COLUMNS, row, strict=True))


def for_show(products: ProductQuerySet) -> QuerySet[Any, Any]:
    """Return the products as rows, or as objects where the site has a serializer of its own."""
    return (
        products.for_display()
        if is_swapped("product")
        else products.values(*rows.COLUMNS, *products.query.annotations)
    )


def built(
    found: Sequence[Any], request: Request, headers: Mapping[str, str] | None = None, *, is_list: bool = True
) -> Built:
    """Return the answer that shows what was found of :func:`for_show`."""
    if is_swapped("product"):
        data, ids = show("product", list(found), request), [product.pk for product in found]
    else:
        data, ids = rows.show(found, request), [row["id"] for row in found]
    return Built(rendered(data if is_list else data[0]), ids, headers or {})


def staff_product(cat_slug: str, product_slug: str) -> Product:
    """Return a product for staff, active or not.

    :raises NotFound: when there is none under this category.
    """
    product: Product = one(Product.objects.at(cat_slug).for_display(), product_slug)
    return product
