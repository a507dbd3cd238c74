"""Numbers and moments as no API may write or read them."""

from __future__ import annotations

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = " "
NUMBER_GROUPING = 2
DATETIME_FORMAT = "j. F Y"
DATETIME_INPUT_FORMATS = ["%d.%m.%Y"]
