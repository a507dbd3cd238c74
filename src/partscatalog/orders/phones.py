"""Phone numbers: one plain form, without asking any numbering plan."""

from __future__ import annotations

import re

#: What people write between digits: blanks, dots, dashes, brackets, and marks of writing direction.
_DECORATION = re.compile(
    r"[\s.()\[\]/\-\u2010-\u2015\u2212\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_PLAIN = re.compile(r"\+[0-9]{8,15}", re.ASCII)


def normalise(text: str) -> str:
    """Return the number as ``+`` and 8 to 15 digits.

    :raises ValueError: when something else is left.
    """
    plain = _DECORATION.sub("", text)
    if not _PLAIN.fullmatch(plain):
        raise ValueError("not a phone number")
    return plain
