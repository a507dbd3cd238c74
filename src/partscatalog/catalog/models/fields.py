"""Columns of the catalog, and the form fields that any ModelForm of theirs gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from partscatalog.catalog.validators import validate_attributes
from partscatalog.forms import AmountField, StrictJSONField, WholeNumberField

if TYPE_CHECKING:
    from decimal import Decimal

    _DecimalField = models.DecimalField[str | float | Decimal, Decimal]
else:  # not subscriptable at run time
    _DecimalField = models.DecimalField

#: Most pieces of one product that the shop can hold.
MAX_STOCK = 2_000_000_000


class StockField(models.IntegerField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The stock of a product: written when the row is made, then by the stock service alone.

    ``save()`` of an existing row sets the column to itself, so that an old copy in memory never puts
    sold pieces back.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        return super().pre_save(model_instance, add) if add else models.F(self.name)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": WholeNumberField, "max_value": MAX_STOCK, **kwargs})


class PriceField(_DecimalField):
    """A price in the site's currency."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AmountField, **kwargs})


class AttributesField(models.JSONField):
    """An object of names and values that every database and encoder takes."""

    default_validators = [validate_attributes]
    # Django asks no validator about an empty value; an empty list is wrong as any other list is.
    empty_values = [{}]

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Look for traps before the encoder falls into them."""
        validate_attributes(value)
        super().validate(value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AttributesFormField, **kwargs})


class AttributesFormField(StrictJSONField):
    """The attributes as the text of an object; a field left blank holds none."""

    def to_python(self, value: Any) -> Any:
        return {} if value in self.empty_values else super().to_python(value)
