"""The ways in which people write one part number."""

from __future__ import annotations

import string

#: What people put between the characters of a number, or copy with them: not all of it is a separator.
SIGNS = [
    *string.punctuation,
    *" \u00a0\u00ad\u00b7\u00d7\u200b\u2010\u2011\u2013\u2014\u2116\u2122\u2212\u3000\ufeff\uff0d",
]
FULL_WIDTH = str.maketrans({character: chr(ord(character) + 0xFEE0) for character in "0123456789abkABK"})


def spellings(number: str) -> dict[str, str]:
    """Return the number with each sign between and around its parts, and as other keyboards write it."""
    parts = number.split("-")
    return {
        **{f"U+{ord(sign):04X} between": sign.join(parts) for sign in SIGNS},
        **{f"U+{ord(sign):04X} around": f"{sign}{number}{sign}" for sign in SIGNS},
        "full width": number.translate(FULL_WIDTH),
        "full width, lower case": number.lower().translate(FULL_WIDTH),
        "quoted": f'"{number}"',
        "an HTML tag": f"<{number}>",
        "a list": f"[{number}]",
        "an assignment": f"=={number}",
        "signs at every place": "|".join(number),
    }


#: Of the number 44650K240.
SPELLINGS = spellings("44-65-0K-240")
