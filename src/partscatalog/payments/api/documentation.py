"""What the OpenAPI schema says of the payments."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from partscatalog.api.schema import BUSY, error, errors
from partscatalog.payments.api.serializers import (
    PaymentSerializer,
    RefundRequestSerializer,
    RefundSerializer,
)

TAGS = ["payments"]

REFERENCE = "ORD_1_a1b2c3d4e5f6g7h8i9j0"
PAGE: dict[str, Any] = {
    "reference": REFERENCE,
    "access_code": "1234567890",
    "authorization_url": "https://checkout.paystack.com/1234567890",
}
SHOWN: dict[str, Any] = {"status": "abandoned", "reference": REFERENCE, "amount": 750000, "currency": "NGN"}

_TEXT = {"type": "string"}
_STARTED = {
    "type": "object",
    "properties": {
        "reference": _TEXT,
        "access_code": _TEXT,
        "authorization_url": {"type": "string", "format": "uri"},
    },
    "required": ["reference", "access_code", "authorization_url"],
}
_DETAIL = {"type": "object", "properties": {"detail": _TEXT}, "required": ["detail"]}
_RECEIVED = {"type": "object", "properties": {"received": {"type": "boolean"}}, "required": ["received"]}


def _not_paid(code: str) -> tuple[str, dict[str, Any]]:
    return code, {"detail": "Payment verification failed.", "code": code, "paystack": SHOWN}


CREATE: dict[str, Any] = {
    "operation_id": "payments_create",
    "summary": "Begin to pay one of your orders",
    "description": (
        "Opens a page at the payment gateway on which the buyer pays. While an attempt is open it is "
        "answered again with 400, to go on there; its page is null while the start still runs."
    ),
    "tags": TAGS,
    "request": None,
    "parameters": [
        OpenApiParameter(
            "gateway", OpenApiTypes.STR, description="The alias of a gateway; the site's default if left out."
        ),
    ],
    "responses": {
        200: OpenApiResponse(
            _STARTED,
            description="Send the buyer to `authorization_url`.",
            examples=[OpenApiExample("started", value=PAGE, response_only=True)],
        ),
        400: error(
            400,
            ("order_already_paid", {"detail": "Order is already paid.", "code": "order_already_paid"}),
            (
                "payment_already_initialized",
                {
                    "detail": "Payment already initialized.",
                    "code": "payment_already_initialized",
                    **PAGE,
                },
            ),
            (
                "order_not_payable",
                {
                    "detail": "The order can no longer be paid. Place a new one.",
                    "code": "order_not_payable",
                },
            ),
            ("invalid", {"gateway": ["There is no such gateway."], "code": "invalid"}),
        ),
        500: error(500, ("gateway_error", {"detail": "Payment gateway error", "code": "gateway_error"})),
        **errors(401, 404, 429, 503),
    },
}

VERIFY: dict[str, Any] = {
    "operation_id": "payments_verify",
    "summary": "Ask whether one of your payments is there",
    "description": (
        "Asks the gateway unless it is known already, and marks the order as paid when the money is there. "
        "What the gateway said stands, reduced to a few fields, under the gateway's alias."
    ),
    "tags": TAGS,
    "parameters": [
        OpenApiParameter(
            "reference",
            OpenApiTypes.STR,
            required=True,
            description="The reference that was answered when the payment began.",
        ),
    ],
    "responses": {
        200: OpenApiResponse(
            _DETAIL,
            description="The payment is there and has paid the order.",
            examples=[
                OpenApiExample(
                    "paid", value={"detail": "Payment verified and order marked as paid."}, response_only=True
                )
            ],
        ),
        400: error(
            400,
            _not_paid("payment_pending"),
            _not_paid("payment_failed"),
            _not_paid("payment_in_review"),
            ("invalid", {"reference": ["Name the payment."], "code": "invalid"}),
        ),
        503: error(
            503,
            (
                "gateway_unavailable",
                {
                    "detail": "The payment gateway does not answer. Try again in a moment.",
                    "code": "gateway_unavailable",
                },
            ),
            BUSY,
        ),
        **errors(401, 404, 429),
    },
}

WEBHOOK: dict[str, Any] = {
    "operation_id": "payments_webhook",
    "summary": "Take in an event of a payment provider",
    "description": "For providers: the raw body is proven by the provider's own signature header.",
    "tags": TAGS,
    "request": {"application/json": OpenApiTypes.OBJECT},
    "examples": [
        OpenApiExample(
            "paystack",
            value={"event": "charge.success", "data": {**SHOWN, "status": "success"}},
            request_only=True,
        )
    ],
    "responses": {
        200: OpenApiResponse(
            _RECEIVED,
            description="The event is stored and applied; one told before changes nothing.",
            examples=[OpenApiExample("received", value={"received": True}, response_only=True)],
        ),
        400: error(
            400,
            (
                "invalid_webhook",
                {"detail": "The webhook's signature or body is not valid.", "code": "invalid_webhook"},
            ),
        ),
        **errors(404, 503),
    },
}

REFUND_EXAMPLE: dict[str, Any] = {"id": 1, "amount": "2500.00", "state": "succeeded"}
PAYMENT_EXAMPLE: dict[str, Any] = {
    "reference": REFERENCE,
    "order": 1,
    "gateway": "paystack",
    "state": "partially_refunded",
    "amount": "7500.00",
    "currency": "NGN",
    "received": "7500.00",
    "received_currency": "NGN",
    "refunded": "2500.00",
    "needs_review": False,
    "review_reason": "",
    "refunds": [REFUND_EXAMPLE],
    "events": [
        {
            "at": "2025-01-15T10:30:00Z",
            "source": "webhook",
            "kind": "charge.success",
            "body": {**SHOWN, "status": "success"},
        }
    ],
}

_REFERENCE = OpenApiParameter(
    "reference", OpenApiTypes.STR, OpenApiParameter.PATH, description="The payment's reference."
)

DETAIL: dict[str, Any] = {
    "operation_id": "payments_detail",
    "summary": "Look at a payment",
    "description": "For staff with the permission to view payments. To others there is no such payment.",
    "tags": TAGS,
    "parameters": [_REFERENCE],
    "responses": {
        200: OpenApiResponse(
            PaymentSerializer,
            description="The payment, its refunds and what its gateway said of it, oldest first.",
            examples=[OpenApiExample("payment", value=PAYMENT_EXAMPLE, response_only=True)],
        ),
        **errors(401, 403, 404, 503),
    },
}

REFUND: dict[str, Any] = {
    "operation_id": "payments_refund",
    "summary": "Give money of a payment back",
    "description": (
        "For staff with the permission to add refunds. With an `Idempotency-Key` a repeated request answers "
        "the first one's refund as it is now. A refund whose answer was lost is `unknown` until the gateway "
        "was asked; nothing is refunded twice. Money that waits for review is given back in the same way."
    ),
    "tags": TAGS,
    "request": RefundRequestSerializer,
    "parameters": [
        _REFERENCE,
        OpenApiParameter(
            "Idempotency-Key",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description="A key of your own, at most 255 characters, that makes the request repeatable.",
        ),
    ],
    "examples": [
        OpenApiExample("part", value={"amount": "2500.00"}, request_only=True),
        OpenApiExample("rest", value={"restock": True}, request_only=True),
    ],
    "responses": {
        201: OpenApiResponse(
            RefundSerializer,
            description="The refund as it stands now; reconcile finds out about one that is not final.",
            examples=[OpenApiExample("refund", value=REFUND_EXAMPLE, response_only=True)],
        ),
        409: error(
            409,
            ("refund_refused", {"detail": "The payment cannot be refunded.", "code": "refund_refused"}),
        ),
        503: error(
            503,
            (
                "gateway_unavailable",
                {
                    "detail": "The payment gateway does not answer. Try again in a moment.",
                    "code": "gateway_unavailable",
                },
            ),
            BUSY,
        ),
        **errors(400, 401, 403, 404, 413, 415, 422),
    },
}
