"""What the OpenAPI schema says of the catalog."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from partscatalog.api.schema import PAGE_PARAMETERS, error, errors
from partscatalog.catalog.api.filters import ORDERINGS
from partscatalog.catalog.api.inputs import (
    BrandInput,
    CategoryInput,
    ImageChange,
    ImageInput,
    ProductInput,
)
from partscatalog.catalog.api.serializers import (
    BrandSerializer,
    CategorySerializer,
    FacetsSerializer,
    ProductImageSerializer,
    ProductSerializer,
)

TAGS = ["catalog"]

CATEGORY_EXAMPLE = {
    "id": 1,
    "name": "Engine Parts",
    "slug": "engine-parts",
    "description": "All engine-related parts",
    "parent": None,
    "is_active": True,
}
BRAND_EXAMPLE = {"id": 4, "name": "Nordwerk", "slug": "nordwerk"}
PRODUCT_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "name": "Piston",
    "slug": "piston",
    "number": "NW-4471.02",
    "brand": BRAND_EXAMPLE,
    "category": {"id": 1, "name": "Engine Parts", "slug": "engine-parts"},
    "price": "2500.00",
    "currency": "NGN",
    "stock": 50,
    "description": "High quality piston",
    "attributes": {"bore_mm": 81},
    "images": [
        {
            "id": 7,
            "image": "https://shop.example.com/media/partscatalog/products/3f/3f9c.jpg",
            "alt_text": "A piston",
            "position": 0,
            "thumbnails": {"small": "https://shop.example.com/media/partscatalog/products/3f/3f9c-small.jpg"},
        }
    ],
    "is_active": True,
    "created_at": "2025-01-15T10:30:00Z",
}
PRODUCT_INPUT = {
    "name": "Piston",
    "price": "2500.00",
    "category": "engine-parts",
    "brand": "nordwerk",
    "number": "NW-4471.02",
    "stock": 50,
}
CATEGORY_INPUT = {"name": "Pistons", "parent": "engine-parts"}
BRAND_INPUT = {"name": "Nordwerk"}


def _field(name: str, text: str) -> dict[str, Any]:
    return {"detail": text, "code": "invalid", name: [text]}


_TAKEN = _field("number", "The brand has another product of this number.")
_CYCLE = _field("parent", "A category cannot stand there in the tree.")
_UNKNOWN = {"brand": ["There is none of this slug."], "code": "invalid"}
_IN_USE = {"detail": "It is in use and cannot be deleted.", "code": "in_use"}

CHOICES = [
    OpenApiParameter(
        "search", OpenApiTypes.STR, description="Words that all occur in number, name, brand or text."
    ),
    OpenApiParameter("category", OpenApiTypes.STR, description="A category's slug; with all below it."),
    OpenApiParameter("brand", OpenApiTypes.STR, description="A brand's slug."),
    OpenApiParameter("min_price", OpenApiTypes.STR, description="The least price."),
    OpenApiParameter("max_price", OpenApiTypes.STR, description="The highest price."),
    OpenApiParameter(
        "in_stock", OpenApiTypes.STR, enum=["true", "false"], description="Only with, only without."
    ),
]
FILTERS = [
    *PAGE_PARAMETERS,
    *CHOICES,
    OpenApiParameter("ordering", OpenApiTypes.STR, enum=list(ORDERINGS), description="Decides alone."),
]
FACETS_EXAMPLE = {
    "categories": [
        {"slug": "engine-parts", "name": "Engine Parts", "count": 12},
        {"slug": "pistons", "name": "Pistons", "count": 5},
    ],
    "brands": [{"slug": "nordwerk", "name": "Nordwerk", "count": 7}],
    "price": {"min": "150.00", "max": "2500.00"},
    "in_stock": 11,
}


def _answer(shape: Any, value: Any, description: str) -> OpenApiResponse:
    example = OpenApiExample("answer", value=value, response_only=True)
    return OpenApiResponse(shape, description=description, examples=[example])


def _list(name: str, summary: str, shape: Any, value: Any, parameters: Any) -> dict[str, Any]:
    return {
        "operation_id": f"{name}_list",
        "summary": summary,
        "tags": TAGS,
        "parameters": parameters,
        "responses": {
            # drf-spectacular makes the list of it.
            200: _answer(shape(many=True), value, "One page."),
            **errors(400, 503),
        },
    }


def _read(name: str, summary: str, shape: Any, value: Any) -> dict[str, Any]:
    return {
        "operation_id": f"{name}_retrieve",
        "summary": summary,
        "tags": TAGS,
        "responses": {200: _answer(shape, value, "The whole of it."), **errors(404, 503)},
    }


def _write(
    name: str, verb: str, summary: str, request: Any, sent: Any, shape: Any, value: Any
) -> dict[str, Any]:
    status = 201 if verb == "create" else 200
    missing = errors() if verb == "create" else errors(404)
    return {
        "operation_id": f"{name}_{verb}",
        "summary": summary,
        "tags": TAGS,
        "request": request,
        "examples": [OpenApiExample("request", value=sent, request_only=True)],
        "responses": {
            status: _answer(shape, value, "As it is now."),
            **errors(400, 401, 403, 413, 415, 503),
            **missing,
        },
    }


def _delete(name: str, summary: str, *, can_be_used: bool) -> dict[str, Any]:
    used = {409: error(409, ("in_use", _IN_USE))} if can_be_used else {}
    return {
        "operation_id": f"{name}_destroy",
        "summary": summary,
        "tags": TAGS,
        "responses": {204: OpenApiResponse(description="Deleted."), **errors(401, 403, 404, 503), **used},
    }


CATEGORY_LIST = _list(
    "categories",
    "List the categories in the order of their tree",
    CategorySerializer,
    CATEGORY_EXAMPLE,
    PAGE_PARAMETERS,
)
_CATEGORY = (CategoryInput, CATEGORY_INPUT, CategorySerializer, CATEGORY_EXAMPLE)
CATEGORY_CREATE = _write("categories", "create", "Add a category (staff)", *_CATEGORY)
CATEGORY = _read("categories", "Look at one category", CategorySerializer, CATEGORY_EXAMPLE)
CATEGORY_REPLACE = _write("categories", "update", "Replace a category (staff)", *_CATEGORY)
CATEGORY_CHANGE = _write("categories", "partial_update", "Change a category (staff)", *_CATEGORY)
for _moved in (CATEGORY_REPLACE, CATEGORY_CHANGE):
    _moved["responses"] |= {400: error(400, ("invalid", _CYCLE))}
CATEGORY_DELETE = _delete("categories", "Delete a category (staff)", can_be_used=True)

BRAND_LIST = _list("brands", "List the brands by name", BrandSerializer, BRAND_EXAMPLE, PAGE_PARAMETERS)
_BRAND = (BrandInput, BRAND_INPUT, BrandSerializer, BRAND_EXAMPLE)
BRAND_CREATE = _write("brands", "create", "Add a brand (staff)", *_BRAND)
BRAND = _read("brands", "Look at one brand", BrandSerializer, BRAND_EXAMPLE)
BRAND_REPLACE = _write("brands", "update", "Replace a brand (staff)", *_BRAND)
BRAND_CHANGE = _write("brands", "partial_update", "Change a brand (staff)", *_BRAND)
BRAND_DELETE = _delete("brands", "Delete a brand (staff)", can_be_used=True)

PRODUCT_LIST = _list("products", "List products, newest first", ProductSerializer, PRODUCT_EXAMPLE, FILTERS)
CATEGORY_PRODUCT_LIST = _list(
    "category_products",
    "List the products of a category and of all below it",
    ProductSerializer,
    PRODUCT_EXAMPLE,
    FILTERS,
)
for _listed in (PRODUCT_LIST, CATEGORY_PRODUCT_LIST):
    _listed["responses"] |= {400: error(400, ("invalid", _UNKNOWN))}
CATEGORY_PRODUCT_LIST["responses"] |= errors(404)


def _facets(name: str, summary: str) -> dict[str, Any]:
    answer = _answer(FacetsSerializer, FACETS_EXAMPLE, "Each facet under all choices but its own.")
    return {
        "operation_id": name,
        "summary": summary,
        "tags": TAGS,
        "parameters": CHOICES,
        "responses": {200: answer, 400: error(400, ("invalid", _UNKNOWN)), **errors(503)},
    }


FACETS = _facets("products_facets", "Count what a list of products can be narrowed to")
CATEGORY_FACETS = _facets(
    "category_products_facets", "Count what the products of a category can be narrowed to"
)
CATEGORY_FACETS["responses"] |= errors(404)

_PRODUCT = (ProductInput, PRODUCT_INPUT, ProductSerializer, PRODUCT_EXAMPLE)
PRODUCT_CREATE = _write("products", "create", "Add a product (staff)", *_PRODUCT)
PRODUCT = _read("products", "Look at one product", ProductSerializer, PRODUCT_EXAMPLE)
PRODUCT_REPLACE = _write("products", "update", "Replace a product (staff)", *_PRODUCT)
PRODUCT_CHANGE = _write("products", "partial_update", "Change a product (staff)", *_PRODUCT)
for _written in (PRODUCT_CREATE, PRODUCT_REPLACE, PRODUCT_CHANGE):
    _written["responses"] |= {400: error(400, ("invalid", _TAKEN)), **errors(409)}
PRODUCT_DELETE = _delete("products", "Delete a product (staff)", can_be_used=False)

_IMAGE = PRODUCT_EXAMPLE["images"][0]
_UPLOAD = {"image": "(the bytes of piston.jpg)", "alt_text": "A piston", "position": 0}
_NO_IMAGE = _field("image", "This is no JPEG, PNG or WebP picture.")


IMAGE_CREATE = _write(
    "product_images", "create", "Add a picture (staff)", ImageInput, {}, ProductImageSerializer, _IMAGE
)
IMAGE_CREATE["examples"] = [
    OpenApiExample("request", value=_UPLOAD, request_only=True, media_type="multipart/form-data")
]
IMAGE_CREATE["responses"] |= {400: error(400, ("invalid", _NO_IMAGE)), **errors(404)}
IMAGE_CHANGE = _write(
    "product_images",
    "partial_update",
    "Change a picture's text or place (staff)",
    ImageChange,
    {"alt_text": "A piston", "position": 1},
    ProductImageSerializer,
    _IMAGE,
)
IMAGE_DELETE = _delete("product_images", "Delete a picture (staff)", can_be_used=False)
