"""Fields of forms that read what people write as strictly as the API reads programs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from partscatalog import money, strict_json
from partscatalog.conf import get_settings

_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)


class StrictJSONField(forms.JSONField):
    """JSON without traps; what is refused is shown again as it was written."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return super().to_python(value)
        try:
            return strict_json.loads(value)
        except strict_json.TrapError as trap:
            raise ValidationError(strict_json.TRAPPED, code="invalid") from trap
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        if self.disabled or not isinstance(data, str):
            return super().bound_data(data, initial)
        try:
            return strict_json.loads(data)
        except ValueError:
            return InvalidJSONInput(data)


class AmountField(forms.DecimalField):
    """An amount in digits, with at most the currency's decimals after a point; shown with exactly these."""

    default_error_messages = {
        "invalid": _("Write the amount in digits, with a point before its decimals."),
    }

    def to_python(self, value: Any) -> Any:
        text = str(value).strip() if value is not None else ""
        if not text:
            return None
        try:
            return money.parse_amount(text, get_settings().CURRENCY)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        currency = get_settings().CURRENCY
        if isinstance(value, Decimal) and money.fits(value, currency):
            return money.format_amount(value, currency)
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        step = Decimal(1).scaleb(-money.exponent(get_settings().CURRENCY))
        return {**super().widget_attrs(widget), "step": str(step)}


class WholeNumberField(forms.IntegerField):
    """A whole number in plain digits, with or without a minus."""

    def to_python(self, value: Any) -> int | None:
        text = str(value).strip() if value is not None else ""
        if text and not _WHOLE.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)
