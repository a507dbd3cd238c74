"""What the catalog shows; a site's own subclasses go under ``SERIALIZERS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partscatalog.api import swaps
from partscatalog.api.fields import MoneyField, UTCDateTimeField
from partscatalog.api.pagination import absolute_url
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from partscatalog.catalog.models import Product, ProductImage


class CatalogSerializer(serializers.Serializer[Any]):
    """One that a site may replace by a subclass.

    ``looks_beyond`` says that the subclass shows more than ours looks at, such as other products. Then every
    change in the catalog ends what is kept of its answers. Set it to False where it shows what stands in the
    product with its brand, category and pictures, or in the category or brand itself.
    """

    looks_beyond: ClassVar[bool] = True


class BrandSerializer(CatalogSerializer):
    """A brand, by itself and in its products."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    slug = serializers.CharField(read_only=True)


class CategorySerializer(CatalogSerializer):
    """A category; ``parent`` is the slug of the one that it stands below."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    slug = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    parent = serializers.CharField(  # type: ignore[assignment]  # DRF keeps its own parent elsewhere
        source="parent.slug", default=None, allow_null=True, read_only=True
    )
    is_active = serializers.BooleanField(read_only=True)


class ProductCategorySerializer(serializers.Serializer[Any]):
    """A product's category."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    slug = serializers.CharField(read_only=True)


class ProductImageSerializer(serializers.Serializer["ProductImage"]):
    """A picture with its absolute URL and those of the thumbnails made so far."""

    id = serializers.IntegerField(read_only=True)
    image = serializers.SerializerMethodField()
    alt_text = serializers.CharField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    thumbnails = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_image(self, image: ProductImage) -> str:
        return self._url(image, str(image.image.name))

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_thumbnails(self, image: ProductImage) -> dict[str, str]:
        return {size: self._url(image, name) for size, name in image.thumbnails.items()}

    def _url(self, image: ProductImage, name: str) -> str:
        url: str = image.image.storage.url(name)
        return url if urlsplit(url).netloc else absolute_url(self.context["request"], url)


class ProductSerializer(CatalogSerializer):
    """A product with its category, brand and pictures."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    slug = serializers.CharField(read_only=True)
    number = serializers.CharField(read_only=True, allow_null=True)
    brand = BrandSerializer(read_only=True, allow_null=True)
    category = ProductCategorySerializer(read_only=True)
    price = MoneyField(read_only=True)
    currency = serializers.SerializerMethodField()
    stock = serializers.IntegerField(read_only=True)
    description = serializers.CharField(read_only=True)
    attributes = serializers.DictField(read_only=True)
    images = ProductImageSerializer(many=True, read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    created_at = UTCDateTimeField()

    @extend_schema_field(OpenApiTypes.STR)
    def get_currency(self, _product: Product) -> str:
        return get_settings().CURRENCY


class ChoiceSerializer(serializers.Serializer[Any]):
    """A category or brand, and how many products it would leave."""

    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    count = serializers.IntegerField(read_only=True)


class PriceRangeSerializer(serializers.Serializer[Any]):
    """The lowest and the highest price, null where there is nothing."""

    min = MoneyField(source="lowest", read_only=True, allow_null=True)
    max = MoneyField(source="highest", read_only=True, allow_null=True)


class FacetsSerializer(serializers.Serializer[Any]):
    """What a list of products can be narrowed to."""

    categories = ChoiceSerializer(many=True, read_only=True)
    brands = ChoiceSerializer(many=True, read_only=True)
    price = PriceRangeSerializer(source="*", read_only=True)
    in_stock = serializers.IntegerField(read_only=True)


OURS: dict[str, type[serializers.Serializer[Any]]] = {
    "brand": BrandSerializer,
    "category": CategorySerializer,
    "product": ProductSerializer,
}


def show(name: str, rows: Model | Sequence[Model], request: Any) -> Any:
    """Return a row, or a list of rows, as the site's serializer of that name shows it."""
    return swaps.show(name, OURS[name], rows, request)
