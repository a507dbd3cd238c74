"""Part numbers: one normalised form for every way that a number is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.db.models.functions import Replace, Upper

if TYPE_CHECKING:
    from django.db.models.expressions import Expression

#: What makers and shops put between the characters of a number; none of it tells two parts apart.
#: SQLite's parser takes some twenty nested calls, so the list is as long as it needs to be.
SEPARATORS = " -./_,()+*#:;'&\u00a0\u2013"

_STRIP = str.maketrans("", "", SEPARATORS)


def normalise(number: str) -> str:
    """Return the number without separators and in upper case; leading zeros stay.

    The same in Python as :func:`normalised` in the database for every number that makers print
    (ASCII letters and digits).
    """
    return number.translate(_STRIP).upper()


def normalised(field: str) -> Expression:
    """Return the database expression that normalises a column, for a generated column."""
    expression: F | Replace = F(field)
    for separator in SEPARATORS:
        expression = Replace(expression, Value(separator), Value(""))
    return Upper(expression)
