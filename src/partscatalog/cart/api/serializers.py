"""The shape of carts in and out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partscatalog.api.fields import MoneyField, WholeNumberField
from partscatalog.cart.services.reading import PricedCart, PricedLine, Problem
from partscatalog.catalog.models.fields import MAX_STOCK
from partscatalog.conf import get_settings


class AddSerializer(serializers.Serializer[Any]):
    """How many pieces to add; one where nothing is said."""

    quantity = WholeNumberField(min_value=1, max_value=MAX_STOCK, default=1)

    class Meta:
        ref_name = "CartAdd"


class ChangeSerializer(serializers.Serializer[Any]):
    """How many pieces the line shall have; one more than now where nothing is said."""

    quantity = WholeNumberField(min_value=1, max_value=MAX_STOCK, required=False)

    class Meta:
        ref_name = "CartItemChange"


class CartCategorySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    slug = serializers.SlugField(read_only=True)


class CartProductSerializer(serializers.Serializer[PricedLine]):
    """The product of a line; its price is what a piece costs this buyer today."""

    id = serializers.IntegerField(source="product.pk", read_only=True)
    name = serializers.CharField(source="product.name", read_only=True)
    price = MoneyField(source="unit_price", read_only=True)
    slug = serializers.SlugField(source="product.slug", read_only=True)
    number = serializers.CharField(source="product.number", allow_null=True, read_only=True)
    category = CartCategorySerializer(source="product.category", read_only=True)


class CartItemSerializer(serializers.Serializer[PricedLine]):
    id = serializers.IntegerField(source="pk", read_only=True)
    product = CartProductSerializer(source="*", read_only=True)
    quantity = serializers.IntegerField(read_only=True)
    subtotal = MoneyField(read_only=True)


class CartProblemSerializer(serializers.BaseSerializer[Problem]):
    """What to know of one item: ``item`` (its id), ``code``, ``detail``, and facts that go with the code."""

    def to_representation(self, instance: Problem) -> dict[str, Any]:
        return instance.as_dict()


class CartSerializer(serializers.Serializer[PricedCart]):
    cart_id = serializers.IntegerField(source="cart.pk", read_only=True)
    total_price = MoneyField(source="total", read_only=True)
    currency = serializers.SerializerMethodField()
    items = CartItemSerializer(source="sold_lines", many=True, read_only=True)
    problems = CartProblemSerializer(many=True, read_only=True)

    @extend_schema_field(OpenApiTypes.STR)
    def get_currency(self, cart: PricedCart) -> str:
        return get_settings().CURRENCY
