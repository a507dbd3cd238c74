"""What a column of the catalog may hold, beyond its type; read the settings when they are asked."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partscatalog import money, numbers, strict_json
from partscatalog.catalog import slugs
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from decimal import Decimal

MAX_ATTRIBUTES = 10_000


def validate_amount(amount: Decimal) -> None:
    """Refuse a fraction of the currency's smallest unit.

    :raises ValidationError: it is never rounded.
    """
    currency = get_settings().CURRENCY
    if not money.fits(amount, currency):
        message = _("The currency has %(decimals)d decimals.")
        raise ValidationError(message, code="invalid", params={"decimals": money.exponent(currency)})


def validate_number(number: str) -> None:
    """Refuse a part number that nobody finds who types it: of signs alone, or with what no keyboard has.

    :raises ValidationError: when neither letter nor digit is in it, or signs and variants beyond ASCII.
    """
    plain = numbers.alphanumeric(number)
    if not plain:
        raise ValidationError(_("A part number holds letters or digits."), code="invalid")
    if odd := [each for each in numbers.normalise(number) if not each.isascii() and each not in plain]:
        names = ", ".join(unicodedata.name(each, f"U+{ord(each):04X}") for each in dict.fromkeys(odd))
        message = _("Write the part number without these characters: %(characters)s.")
        raise ValidationError(message, code="invalid", params={"characters": names})


def validate_slug(slug: str) -> None:
    """Refuse a slug that stands in URLs for something else.

    :raises ValidationError: for a reserved word.
    """
    if slug.lower() in slugs.RESERVED:
        raise ValidationError(_("This word is reserved; choose another slug."), code="invalid")


def validate_attributes(attributes: Any) -> None:
    """Refuse what is no object of names and values, too much of it, or what cannot be kept.

    :raises ValidationError: then.
    """
    if not isinstance(attributes, dict):
        raise ValidationError(_("Write an object of names and values."), code="invalid")
    try:
        strict_json.verify(attributes)
    except strict_json.TrapError as trap:
        raise ValidationError(strict_json.TRAPPED, code="invalid") from trap
    if len(json.dumps(attributes, default=str)) > MAX_ATTRIBUTES:
        raise ValidationError(_("These are too many attributes."), code="invalid")
