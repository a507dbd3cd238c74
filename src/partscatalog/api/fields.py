"""Serializer fields whose text never depends on the host: money, times, whole numbers, words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partscatalog import money
from partscatalog.api.parsers import Form, JSONNumber
from partscatalog.conf import get_settings

_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "example": "2500.00"})
class MoneyField(serializers.Field[Decimal, Any, str, Any]):
    """An amount as text with the currency's decimals.

    The currency is that of the row or of the serializer's context where it has one, else the site's. Text
    and JSON numbers are taken in the plain form alone: digits, and at most the currency's decimals after a
    point.
    """

    default_error_messages = {
        "invalid": _("Write the amount in digits, with at most {decimals} decimals after a point."),
        "too_large": _("The amount is too large."),
    }

    def __init__(self, *, max_digits: int = money.PRICE_DIGITS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.largest = Decimal(10) ** (max_digits - money.DECIMAL_PLACES)

    def get_attribute(self, instance: Any) -> Any:
        amount = super().get_attribute(instance)
        return None if amount is None else (amount, getattr(instance, "currency", None))

    def to_representation(self, value: Any) -> str:
        amount, currency = value if isinstance(value, tuple) else (value, None)
        return money.format_amount(amount, currency or get_settings().CURRENCY)

    def to_internal_value(self, data: Any) -> Decimal:
        currency = self.context.get("currency") or get_settings().CURRENCY
        try:
            amount = money.parse_amount(_plain_text(data), currency)
        except ValueError:
            self.fail("invalid", decimals=money.exponent(currency))
        if amount >= self.largest:
            self.fail("too_large")
        return amount


@extend_schema_field(OpenApiTypes.DATETIME)
class UTCDateTimeField(serializers.Field[datetime, Any, str, Any]):
    """A moment in ISO 8601, in UTC, to the second: ``2025-01-15T10:30:00Z``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: datetime) -> str:
        return format_moment(value)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class KeyField(serializers.Field[Any, Any, int | str, Any]):
    """The key of a row of the host's own, such as a user: a number, else text, whatever its column is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: Any) -> int | str:
        return format_key(value)


@extend_schema_field(OpenApiTypes.INT)
class WholeNumberField(serializers.Field[int, Any, int, Any]):
    """A whole number between bounds, written in digits alone: no sign, point, exponent or underscore."""

    default_error_messages = {
        "invalid": _("Write a whole number in digits."),
        "min_value": _("The least is {min_value}."),
        "max_value": _("The most is {max_value}."),
    }

    def __init__(self, *, min_value: int = 0, max_value: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_value = min_value
        self.max_value = max_value

    def to_representation(self, value: int) -> int:
        return value

    def to_internal_value(self, data: Any) -> int:
        text = _plain_text(data, fractions=False)
        if not _WHOLE.fullmatch(text):
            self.fail("invalid")
        number = int(text)
        if number < self.min_value:
            self.fail("min_value", min_value=self.min_value)
        if number > self.max_value:
            self.fail("max_value", max_value=self.max_value)
        return number


class FlagField(serializers.BooleanField):
    """True or false; in a form these words in any letter case, in JSON nothing but the two."""

    default_error_messages = {"invalid": _("Write true or false.")}

    WORDS = {"true": True, "false": False}

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        is_word = isinstance(dictionary, Form) and isinstance(value, str)
        return self.WORDS.get(value.lower(), value) if is_word else value

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class TextField(serializers.CharField):
    """Text and nothing else: a number or a boolean is not taken for it."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def format_moment(moment: datetime) -> str:
    """Return an aware moment as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_key(key: Any) -> int | str:
    """Return a key as the API writes it."""
    return key if isinstance(key, int) else str(key)


def _plain_text(data: Any, *, fractions: bool = True) -> str:
    """Return what was written for a number, or nothing when it was no number at all."""
    if isinstance(data, str):
        return data
    if isinstance(data, int) and not isinstance(data, bool):
        return str(data) if abs(data) < 10**18 else ""
    if fractions and isinstance(data, JSONNumber):
        return data.text
    return ""
