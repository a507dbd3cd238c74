"""Part numbers: one normalised form for every way that a number is written."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from django.db.models import Value
from django.db.models.functions import Replace, Upper

if TYPE_CHECKING:
    from django.db.models import F
    from django.db.models.expressions import Expression

#: What makers and shops put between the characters of a number; none of it tells two parts apart.
#: SQLite's parser takes some twenty nested calls, so the list is as long as it needs to be.
SEPARATORS = " -./_,()+*#:;'&\u00a0\u2013"

_STRIP = str.maketrans("", "", SEPARATORS)


def normalise(number: str) -> str:
    """Return the number without separators and in upper case; leading zeros stay.

    The same in Python as :func:`normalised` in the database for every number that makers print
    (ASCII letters and digits), and on PostgreSQL and MariaDB for letters of other scripts.
    """
    return _upper(number.translate(_STRIP))


def normalised(number: F | Value) -> Expression:
    """Return the number as the database normalises it, which alone knows its letter case beyond ASCII."""
    expression: F | Value | Replace = number
    for separator in SEPARATORS:
        expression = Replace(expression, Value(separator), Value(""))
    return Upper(expression)


def alphanumeric(text: str) -> str:
    """Return the letters and digits of any script alone, in upper case and as plain as Unicode has them.

    No list has all the signs, dashes and invisible characters that a number is typed or copied with.
    """
    written = filter(str.isalnum, unicodedata.normalize("NFC", text))
    # Some characters are plain ones and signs in one, as ½ is.
    plain = filter(str.isalnum, unicodedata.normalize("NFKC", "".join(written)))
    return _upper("".join(plain))


def candidates(text: str) -> tuple[str, ...]:
    """Return what a normalised number may be that is written as the whole text; nothing if it is none."""
    return tuple(dict.fromkeys(filter(None, (normalise(text), alphanumeric(text)))))


def _upper(text: str) -> str:
    """Return the text in upper case, letter by letter as databases do it: ß has no capital there."""
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in text)
