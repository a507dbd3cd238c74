"""What the OpenAPI schema says of the cart, and the answers that never vary."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
)
from rest_framework import serializers

from partscatalog.api.schema import error, errors
from partscatalog.api.visitor import TOKEN_HEADER
from partscatalog.cart.api.serializers import (
    AddSerializer,
    CartItemSerializer,
    CartSerializer,
    ChangeSerializer,
)
from partscatalog.cart.services import adding, changing

TAGS = ["cart"]

ADDED = {"message": "Added to cart"}
EMPTY = {"message": "Cart is empty"}

CART_EXAMPLE = {
    "cart_id": 5,
    "total_price": "7500.00",
    "currency": "NGN",
    "items": [
        {
            "id": 1,
            "product": {
                "id": 101,
                "name": "Piston",
                "price": "2500.00",
                "slug": "piston",
                "number": "NW-4471.02",
                "category": {"id": 1, "name": "Engine Parts", "slug": "engine-parts"},
            },
            "quantity": 3,
            "subtotal": "7500.00",
        }
    ],
    "problems": [
        {
            "item": 1,
            "code": "short_stock",
            "detail": "Only 2 pieces of Piston are in stock.",
            "available": 2,
        }
    ],
}

TOKEN = OpenApiParameter(
    TOKEN_HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "The token that a first add answered: it names a guest's cart for clients without cookies. With an "
        "access token the cart that it names is merged into the user's."
    ),
)
NEW_TOKEN = OpenApiParameter(
    TOKEN_HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description="Names the guest's cart that this request made; send it back with every later one.",
)

_OVER_LIMIT = {
    "detail": "A line of the cart holds at most 9999 pieces.",
    "code": "cart_limit",
    "limit": "quantity",
    "most": 9999,
}


class _MessageSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()

    class Meta:
        ref_name = "CartMessage"


class _ChangedSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()
    quantity = serializers.IntegerField()

    class Meta:
        ref_name = "CartItemChanged"


class _RemovedSerializer(serializers.Serializer[Any]):
    deleted = serializers.BooleanField()
    id = serializers.IntegerField()

    class Meta:
        ref_name = "CartItemRemoved"


class _ProblemSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(help_text="The item's id.")
    code = serializers.CharField(
        help_text="`price_changed`, `short_stock`, `not_sold`, `reduced`, or one of the site's own."
    )
    detail = serializers.CharField()
    was = serializers.CharField(required=False, help_text="With `price_changed`: the price seen.")
    now = serializers.CharField(required=False, help_text="With `price_changed`: today's price.")
    available = serializers.IntegerField(required=False, help_text="With `short_stock`: the stock.")
    wanted = serializers.IntegerField(
        required=False, help_text="With `reduced`: the pieces wanted before a merge lowered them."
    )

    class Meta:
        ref_name = "CartProblem"


class _CartSerializer(CartSerializer):
    items = CartItemSerializer(many=True)
    problems = _ProblemSerializer(many=True)  # type: ignore[assignment]  # the same, with its fields named

    class Meta:
        ref_name = "Cart"


def _answer(serializer: Any, description: str, *examples: tuple[str, Any]) -> OpenApiResponse:
    return OpenApiResponse(
        serializer,
        description=description,
        examples=[OpenApiExample(name, value=value, response_only=True) for name, value in examples],
    )


def _refusals(key: str, out_of_stock: str) -> OpenApiResponse:
    limit = {key: _OVER_LIMIT["detail"], **{name: _OVER_LIMIT[name] for name in ("code", "limit", "most")}}
    return error(
        400,
        ("out_of_stock", {key: out_of_stock, "code": "out_of_stock", "available": 3}),
        ("cart_limit", limit),
        ("invalid", {"quantity": ["The least is 1."], "code": "invalid"}),
    )


def _cross_site(key: str) -> OpenApiResponse:
    body = {key: "This request came from another site.", "code": "cross_site"}
    return error(403, ("cross_site", body))


ADD: dict[str, Any] = {
    "operation_id": "carts_products_add",
    "summary": "Add a product to the cart",
    "description": (
        "Adds one piece, or so many as `quantity` says, to the caller's cart, which the first add makes. "
        "A guest's first add sets the session cookie and answers an `X-Cart-Token`."
    ),
    "tags": TAGS,
    "request": AddSerializer,
    "parameters": [TOKEN, NEW_TOKEN],
    "examples": [OpenApiExample("three", value={"quantity": 3}, request_only=True)],
    "responses": {
        200: _answer(_MessageSerializer, "It is in the cart.", ("added", ADDED)),
        400: _refusals("message", adding.OUT_OF_STOCK),
        403: _cross_site("message"),
        **errors(404, 413, 415, 429, 503, key="message"),
    },
}

READ: dict[str, Any] = {
    "operation_id": "carts_products_list",
    "summary": "See the cart",
    "description": (
        "Items at today's prices, and under `problems` what changed since they were added. An item that is "
        "no longer sold is named there alone and is no part of the total."
    ),
    "tags": TAGS,
    "parameters": [TOKEN],
    "responses": {
        200: _answer(
            PolymorphicProxySerializer(
                component_name="CartOrEmpty",
                serializers=[_CartSerializer, _MessageSerializer],
                resource_type_field_name=None,
            ),
            "The cart, or that it is empty.",
            ("cart", CART_EXAMPLE),
            ("empty", EMPTY),
        ),
        **errors(429, 503),
    },
}

EMPTY_IT: dict[str, Any] = {
    "operation_id": "carts_products_empty",
    "summary": "Empty the cart",
    "description": "Takes every item out; an empty cart stays empty.",
    "tags": TAGS,
    "parameters": [TOKEN],
    "responses": {
        204: OpenApiResponse(description="The cart is empty."),
        403: _cross_site("detail"),
        **errors(429, 503),
    },
}

CHANGE: dict[str, Any] = {
    "operation_id": "carts_items_quantity",
    "summary": "Change the quantity of an item",
    "description": (
        "Without a body one piece is added; `quantity` sets it. A line above the stock can always be lowered."
    ),
    "tags": TAGS,
    "request": ChangeSerializer,
    "parameters": [TOKEN],
    "examples": [OpenApiExample("two", value={"quantity": 2}, request_only=True)],
    "responses": {
        200: _answer(
            _ChangedSerializer,
            "The new quantity.",
            ("changed", {"message": "Quantity updated", "quantity": 4}),
        ),
        400: _refusals("error", changing.OUT_OF_STOCK),
        403: _cross_site("error"),
        **errors(404, 413, 415, 429, 503, key="error"),
    },
}

REMOVE: dict[str, Any] = {
    "operation_id": "carts_items_delete",
    "summary": "Take an item out of the cart",
    "description": "An item of somebody else's cart is not found.",
    "tags": TAGS,
    "parameters": [TOKEN],
    "responses": {
        200: _answer(_RemovedSerializer, "It is gone.", ("deleted", {"deleted": True, "id": 1})),
        403: _cross_site("detail"),
        **errors(404, 429, 503),
    },
}
