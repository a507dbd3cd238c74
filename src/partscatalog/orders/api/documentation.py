"""What the OpenAPI schema says of the orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from partscatalog.api.fields import UTCDateTimeField
from partscatalog.api.schema import PAGE_PARAMETERS, error, errors
from partscatalog.orders.api.serializers import OrderSerializer, PlaceOrderSerializer, StatusField
from partscatalog.orders.states import Party, Status

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from drf_spectacular.utils import Direction

TAGS = ["orders"]

ORDER_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "number": "7KQ4MX9TWCPA",
    "user": 5,
    "items": [
        {
            "id": 1,
            "product": 101,
            "name": "Piston",
            "number": "NW-4471.02",
            "brand": "Nordwerk",
            "quantity": 3,
            "price": "2500.00",
            "subtotal": "7500.00",
        }
    ],
    "total_amount": "7500.00",
    "currency": "NGN",
    "status": "pending",
    "is_paid": False,
    "shipping_address": "123 Main St, City",
    "billing_address": "123 Main St, City",
    "phone": "+234123456789",
    "note": "",
    "created": "2025-01-15T10:30:00Z",
}
HISTORY_EXAMPLE = [
    {"from": None, "to": "pending", "by": "customer", "reason": "", "at": "2025-01-15T10:30:00Z"}
]


class StatusExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """One schema of the states under a name of ours, whatever the fields are called that hold one."""

    target_class = "partscatalog.orders.api.serializers.StatusField"

    def get_name(self) -> str:
        return "OrderStatus"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        return {"type": "string", "enum": list(Status.values)}


@extend_schema_field(
    {
        "oneOf": [
            {"$ref": "#/components/schemas/OrderStatus"},
            {"type": "string", "nullable": True, "enum": [None]},
        ]
    }
)
class _FormerStatusField(serializers.CharField):
    """The state before a move; there is none before the first."""


class _EventSerializer(serializers.Serializer[Any]):
    to = StatusField()
    by = serializers.ChoiceField(choices=Party.choices)
    reason = serializers.CharField()
    at = UTCDateTimeField()

    class Meta:
        ref_name = "OrderEvent"

    def get_fields(self) -> dict[str, Any]:
        return {"from": _FormerStatusField(), **super().get_fields()}


class _OrderWithHistorySerializer(OrderSerializer):
    history = _EventSerializer(many=True, read_only=True)

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "history"]
        read_only_fields = fields
        ref_name = "OrderWithHistory"


_WHOLE = OpenApiResponse(
    _OrderWithHistorySerializer,
    description="The order with its history.",
    examples=[
        OpenApiExample("order", value={**ORDER_EXAMPLE, "history": HISTORY_EXAMPLE}, response_only=True)
    ],
)

_SHORT_ITEM = {"product": 101, "name": "Piston", "requested": 3, "available": 1}

CREATE: dict[str, Any] = {
    "operation_id": "orders_create",
    "summary": "Place an order from the current cart",
    "description": (
        "Takes the stock, freezes prices and addresses, and closes the cart, all or nothing. With an "
        "`Idempotency-Key` a repeated request gets the answer of the first."
    ),
    "tags": TAGS,
    "request": PlaceOrderSerializer,
    "parameters": [
        OpenApiParameter(
            "Idempotency-Key",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description="Up to 255 characters, the caller's own; the same key and body get the same answer.",
        ),
        OpenApiParameter(
            "X-Cart-Token",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description="A guest's cart that is merged into the caller's before the order is placed.",
        ),
    ],
    "examples": [
        OpenApiExample(
            "order",
            value={
                "shipping_address": "123 Main St, City",
                "billing_address": "123 Main St, City",
                "phone": "+234123456789",
            },
            request_only=True,
        )
    ],
    "responses": {
        201: OpenApiResponse(
            OrderSerializer,
            description="The order was placed.",
            examples=[OpenApiExample("placed", value=ORDER_EXAMPLE, response_only=True)],
        ),
        400: error(
            400,
            ("cart_empty", {"detail": "Cart is empty.", "code": "cart_empty"}),
            (
                "out_of_stock",
                {"detail": "Some products are out of stock.", "code": "out_of_stock", "items": [_SHORT_ITEM]},
            ),
            (
                "product_unavailable",
                {
                    "detail": "Some products are no longer sold.",
                    "code": "product_unavailable",
                    "items": [{"product": 101, "name": "Piston"}],
                },
            ),
            (
                "total_too_large",
                {"detail": "The total is too large for one order.", "code": "total_too_large"},
            ),
            ("invalid", {"phone": ["Write + and 8 to 15 digits."], "code": "invalid"}),
        ),
        409: error(
            409,
            (
                "total_changed",
                {"detail": "The total has changed.", "code": "total_changed", "total_amount": "7800.00"},
            ),
            (
                "cart_changed",
                {"detail": "The cart was changed. Look at it before you order.", "code": "cart_changed"},
            ),
        ),
        **errors(401, 413, 415, 422, 429, 503),
    },
}

LIST: dict[str, Any] = {
    "operation_id": "orders_list",
    "summary": "List your orders, newest first",
    "tags": TAGS,
    "parameters": PAGE_PARAMETERS,
    "responses": {
        200: OpenApiResponse(
            OrderSerializer(many=True),
            description="One page of orders.",
            # drf-spectacular makes the list of it.
            examples=[OpenApiExample("orders", value=ORDER_EXAMPLE, response_only=True)],
        ),
        **errors(400, 401, 503),
    },
}

DETAIL: dict[str, Any] = {
    "operation_id": "orders_retrieve",
    "summary": "Look at one of your orders",
    "tags": TAGS,
    "responses": {200: _WHOLE, **errors(401, 404, 503)},
}

CANCEL: dict[str, Any] = {
    "operation_id": "orders_cancel",
    "summary": "Cancel one of your unpaid orders",
    "description": "Its stock returns to the shelf.",
    "tags": TAGS,
    "request": None,
    "responses": {
        200: _WHOLE,
        409: error(
            409,
            (
                "illegal_move",
                {"detail": "The order cannot go to that state.", "code": "illegal_move", "status": "paid"},
            ),
        ),
        **errors(401, 404, 429, 503),
    },
}
