"""What staff send to change the catalog; a field left out is not in the validated data."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as NotValid
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from partscatalog import strict_json
from partscatalog.api.fields import FlagField, MoneyField, TextField, WholeNumberField
from partscatalog.catalog.models import Brand, Category
from partscatalog.catalog.models.fields import MAX_STOCK
from partscatalog.catalog.models.product import NUMBER_LENGTH
from partscatalog.catalog.validators import validate_attributes, validate_number

#: The last place among a product's pictures.
MAX_POSITION = 1_000_000


@extend_schema_field({"type": "string", "nullable": True})
class SlugOfField(serializers.Field[Any, Any, str, Any]):
    """A row named by its slug; null, or an empty text in a form, for none."""

    default_error_messages = {"unknown": _("There is none of this slug."), "invalid": _("Write a slug.")}

    def __init__(self, model: type[Category] | type[Brand], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(None if data == "" and self.allow_null else data)

    def to_internal_value(self, data: Any) -> Category | Brand:
        if not isinstance(data, str):
            self.fail("invalid")
        row = self.model._default_manager.filter(slug=data).first()
        # Compared again: a database may ignore letter case.
        if row is None or row.slug != data:
            self.fail("unknown")
        return row


@extend_schema_field(OpenApiTypes.OBJECT)
class AttributesField(serializers.Field[Any, Any, Any, Any]):
    """An object of names and values; in a form, the text of one."""

    default_error_messages = {"invalid": _("Write an object of names and values.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            read = strict_json.loads(data) if isinstance(data, str) else data
            validate_attributes(read)
        except NotValid as error:
            raise serializers.ValidationError(error.messages) from error
        except ValueError:
            self.fail("invalid")
        return dict(read)


class NumberField(TextField):
    """A part number, byte for byte as the maker writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NUMBER_LENGTH, trim_whitespace=False, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        number = super().run_validation(None if data == "" else data)
        if number is not None:
            try:
                validate_number(number)
            except NotValid as error:
                raise serializers.ValidationError(error.messages) from error
        return number


class ProductInput(serializers.Serializer[Any]):
    name = TextField(max_length=200)
    price = MoneyField()
    category = SlugOfField(Category)
    brand = SlugOfField(Brand, required=False, allow_null=True)
    number = NumberField(required=False, allow_null=True)
    stock = WholeNumberField(max_value=MAX_STOCK, required=False)
    description = TextField(max_length=20_000, required=False, allow_blank=True)
    attributes = AttributesField(required=False)
    is_active = FlagField(required=False)

    #: What a PUT puts in place of the fields that it leaves out; the others keep their value.
    DEFAULTS = {"brand": None, "number": None, "description": ""}


class CategoryInput(serializers.Serializer[Any]):
    name = TextField(max_length=100)
    parent = SlugOfField(  # type: ignore[assignment]  # DRF keeps its own parent elsewhere
        Category, required=False, allow_null=True
    )
    description = TextField(max_length=5_000, required=False, allow_blank=True)
    is_active = FlagField(required=False)

    DEFAULTS = {"parent": None, "description": ""}


class BrandInput(serializers.Serializer[Any]):
    name = TextField(max_length=100)

    DEFAULTS: dict[str, Any] = {}


@extend_schema_field(OpenApiTypes.BINARY)
class PictureField(serializers.FileField):
    """A file of a multipart body."""


class ImageInput(serializers.Serializer[Any]):
    image = PictureField()
    alt_text = TextField(max_length=200, required=False, allow_blank=True)
    position = WholeNumberField(max_value=MAX_POSITION, required=False)

    DEFAULTS: dict[str, Any] = {}


class ImageChange(serializers.Serializer[Any]):
    alt_text = TextField(max_length=200, required=False, allow_blank=True)
    position = WholeNumberField(max_value=MAX_POSITION, required=False)

    DEFAULTS: dict[str, Any] = {}
