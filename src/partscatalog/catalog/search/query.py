"""What is searched for, and plain search: which products hold every word, in any letter case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Q, Value

from partscatalog import numbers

MAX_LENGTH = 200
MAX_WORDS = 10
COLUMNS = ("number", "name", "brand__name", "description")


@dataclass(frozen=True)
class Query:
    """What was searched for: its words, and the whole of it as a part number (empty when it is none).

    A product of one of the :attr:`candidates` as its normalised number is the one that was asked for.
    """

    words: tuple[str, ...]
    number: str
    candidates: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Query:
        """Return the query that the text stands for.

        :raises ValueError: when it is longer than is searched for.
        """
        words = text.split()
        if len(text) > MAX_LENGTH or len(words) > MAX_WORDS:
            raise ValueError("The search is too long.")
        whole = "".join(words)
        return cls(tuple(words), numbers.normalise(whole), numbers.candidates(whole))

    @property
    def text(self) -> str:
        """The words as they were written, one blank apart."""
        return " ".join(self.words)

    def condition(self, vendor: str) -> Q:
        """Return which products are found on a database of this kind.

        Each word occurs as it is written in one of the columns, or, written as a number may be, in the
        normalised number; so does the whole query. Without its signs, too, the whole query is a number.
        """
        every_word = Q()
        for word in self.words:
            every_word &= _somewhere(word, vendor)
        if not self.number:
            return every_word
        return every_word | occurs("number_normalised", self.number, vendor) | self.is_number

    @property
    def is_number(self) -> Q:
        """The condition that the whole query is the product's number."""
        return Q(number_normalised__in=self.candidates)


def occurs(column: str, text: str, vendor: str) -> Q:
    """Return the condition that the text occurs in the column, letter case ignored in every script.

    SQLite's LIKE ignores case among ASCII letters only; there Django's ``iregex`` is Python's. On MySQL and
    MariaDB LIKE asks the column's collation, to which é is e and ß is s.
    """
    if vendor == "mysql":
        return Q(_Occurs(F(column), Value(text)))
    if vendor == "sqlite" and not text.isascii():
        return Q(**{f"{column}__iregex": re.escape(text)})
    return Q(**{f"{column}__icontains": text})


class _Occurs(Func):
    """The condition of MySQL and MariaDB that one text occurs in another, letter case alone ignored.

    Both are folded by the newest collation that all their versions know: with Unicode's letter case beyond
    16 bits, and up before down, as the two small sigmas have one capital.
    """

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        folded = [
            f"LOWER(UPPER(CONVERT({sql} USING utf8mb4) COLLATE utf8mb4_unicode_520_ci)) COLLATE utf8mb4_bin"
            for sql, _params in parts
        ]
        return f"INSTR({', '.join(folded)}) > 0", [param for _sql, params in parts for param in params]


def _somewhere(word: str, vendor: str) -> Q:
    found = Q()
    for column in COLUMNS:
        found |= occurs(column, word, vendor)
    number = numbers.normalise(word)
    return found | occurs("number_normalised", number, vendor) if number else found
