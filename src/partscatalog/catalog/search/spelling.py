"""Typing errors: a word that occurs nowhere is taken for one that does and is written almost alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connections

from partscatalog.catalog.search import setup
from partscatalog.catalog.search.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Shorter words have too many neighbours.
SHORTEST = 4
#: A word so long may have two errors, a shorter one has one.
LONG = 6

_NEIGHBOURS = f"""
SELECT given.word,
    EXISTS (SELECT FROM {setup.WORDS} known WHERE strpos(known.word, given.word) > 0),
    ARRAY(SELECT {setup.NEAREST}(given.word))
FROM (SELECT {setup.FOLD}(asked) AS word FROM unnest(%s::text[]) asked) given
"""


def mended(query: Query, using: str) -> Query | None:
    """Return the query without its typing errors, None where it has none or one that nothing is near to."""
    with connections[using].cursor() as cursor:
        cursor.execute(_NEIGHBOURS, [list(query.words)])
        rows = cursor.fetchall()
    meant = [_meant(word, near, is_known=is_known) for word, is_known, near in rows]
    if None in meant or meant == [word for word, *_ in rows]:
        return None
    return Query.parse(" ".join(word for word in meant if word))


def _meant(word: str, near: Iterable[str], *, is_known: bool) -> str | None:
    """Return the word that a folded one stands for; a number that nobody has stands for no other one."""
    return word if is_known or not word.isalpha() else _nearest(word, near)


def _nearest(word: str, candidates: Iterable[str]) -> str | None:
    if len(word) < SHORTEST:
        return None
    errors = 2 if len(word) >= LONG else 1
    distance, candidate = min(
        ((_distance(word, each), each) for each in candidates), default=(errors + 1, "")
    )
    return candidate if distance <= errors else None


def _distance(one: str, other: str) -> int:
    """Return how many letters were left out, added, mistaken or swapped with the next between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
