"""The one form that an e-mail address is kept, looked up and counted in."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _


def normalise(address: str) -> str:
    """Return the address in NFKC and lower case, without blanks around it.

    Lower-casing may undo the composed form, which is why it is made twice.
    """
    lowered = unicodedata.normalize("NFKC", address).strip().lower()
    return unicodedata.normalize("NFKC", lowered)


def validate_plain(address: str) -> None:
    """Refuse what is no e-mail address, and look-alikes of one.

    Django's own pattern ignores case, so that it takes the Kelvin sign for a k, the long s for an s and
    the dotless i for an i. Such an address has another address as its normal form, or none of its own.

    :raises ValidationError: when a new account may not have it.
    """
    validate_email(address)
    local, _at, _domain = address.rpartition("@")
    if not local.isascii() or unicodedata.normalize("NFKC", address) != address:
        raise ValidationError(_("Enter a valid email address."), code="invalid")
