"""The shape of orders in and out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from partscatalog import money
from partscatalog.api.fields import KeyField, MoneyField, TextField, UTCDateTimeField
from partscatalog.orders import phones
from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.orders.services.placing import Delivery
from partscatalog.orders.states import Status

MAX_TEXT = 1_000


class StatusField(serializers.ChoiceField):
    """One of the states of an order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Status.choices, **kwargs)


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    id = serializers.IntegerField(read_only=True)
    product = serializers.IntegerField(source="product_id", allow_null=True, read_only=True)
    price = MoneyField(read_only=True)
    subtotal = MoneyField(read_only=True)

    class Meta:
        model = OrderLine
        fields = ["id", "product", "name", "number", "brand", "quantity", "price", "subtotal"]
        read_only_fields = fields


class OrderSerializer(serializers.ModelSerializer[Order]):
    """An order in lists and answers; a site's own subclass of it goes under ``SERIALIZERS["order"]``."""

    id = serializers.IntegerField(read_only=True)
    user = KeyField(source="user_id", allow_null=True)
    items = OrderLineSerializer(source="lines", many=True, read_only=True)
    total_amount = MoneyField(read_only=True)
    status = StatusField(read_only=True)
    is_paid = serializers.BooleanField(read_only=True)
    created = UTCDateTimeField(source="created_at")

    class Meta:
        model = Order
        fields = [
            "id",
            "number",
            "user",
            "items",
            "total_amount",
            "currency",
            "status",
            "is_paid",
            "shipping_address",
            "billing_address",
            "phone",
            "note",
            "created",
        ]
        read_only_fields = fields


class OrderEventSerializer(serializers.BaseSerializer[OrderEvent]):
    """One move: ``from`` and ``to`` (states), ``by`` (a role), ``reason``, ``at``."""

    def to_representation(self, instance: OrderEvent) -> dict[str, Any]:
        return {
            "from": instance.from_status,
            "to": instance.to_status,
            "by": instance.by,
            "reason": instance.reason,
            "at": UTCDateTimeField().to_representation(instance.at),
        }


class PlaceOrderSerializer(serializers.Serializer[Any]):
    """What a customer says when placing an order."""

    shipping_address = TextField(max_length=MAX_TEXT)
    billing_address = TextField(max_length=MAX_TEXT, required=False, allow_blank=True, allow_null=True)
    phone = TextField(max_length=40, help_text="`+` and 8 to 15 digits, in any usual writing.")
    note = TextField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")
    expected_total = MoneyField(
        max_digits=money.TOTAL_DIGITS,
        required=False,
        allow_null=True,
        help_text="The total that the customer was shown.",
    )

    def validate_phone(self, value: str) -> str:
        try:
            return phones.normalise(value)
        except ValueError as error:
            raise serializers.ValidationError(_("Write + and 8 to 15 digits.")) from error

    def delivery(self) -> Delivery:
        """Return what was said of the delivery; without a billing address the shipping address is it."""
        data = self.validated_data
        return Delivery(
            shipping_address=data["shipping_address"],
            billing_address=data.get("billing_address") or data["shipping_address"],
            phone=data["phone"],
            note=data["note"],
        )
