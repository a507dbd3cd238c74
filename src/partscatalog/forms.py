"""Fields of forms that read what people write as strictly as the API reads programs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput

from partscatalog import strict_json


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
