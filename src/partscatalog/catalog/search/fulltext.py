"""PostgreSQL's full text: what a query's words are in it, and where products hold them.

What is found stands in tiers, by where the words were found. Whole words are looked for by full text, then
parts of words by trigrams, so that nothing is missed that plain search finds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connections
from django.db.models import BooleanField, Case, F, Func, IntegerField, Value, When

from partscatalog import numbers
from partscatalog.catalog.search import setup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from partscatalog.catalog.search.query import Query

#: The texts of a shop so small that whatever is found is ranked, in bytes.
SMALL = 4 * 1024 * 1024
#: So many of the newest products are looked at before all that is found is sorted.
WALK = 20_000
#: The rank of what has its words in number, name or brand, beside full text search's own.
HEAD = 500_000

_PREPARE = f"""
WITH given AS MATERIALIZED (
    SELECT place, {setup.FOLD}(word) AS word, {setup.FOLD}(number) AS number
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS asked (word, number, place)
)
SELECT word, number,
    coalesce((SELECT string_agg(quote_literal(lexeme), ' & ') FROM unnest({setup.TOKENS}(word))), ''),
    ARRAY(SELECT brand_id FROM {setup.WORDS} names
        WHERE brand_id IS NOT NULL AND given.word <> '' AND strpos(names.word, given.word) > 0
        ORDER BY brand_id),
    {setup.FOLD}(%s),
    {setup.FOLD}(%s),
    EXISTS (SELECT FROM {setup.PRODUCTS} WHERE number_normalised = ANY(%s::text[])),
    pg_relation_size('{setup.TEXTS}'::regclass) < %s,
    (SELECT reltuples::bigint FROM pg_class WHERE oid = '{setup.TEXTS}'::regclass)
FROM given ORDER BY place
"""


class Tier(IntEnum):
    """Where the words were found, all of them."""

    #: Anywhere, as parts of words too.
    PART = 0
    #: Anywhere, as whole words.
    WHOLE = 1
    #: In number, name or brand, as whole words.
    NAMED = 2
    #: The query is the product's number.
    EXACT = 3


class SQL(NamedTuple):
    """A condition or a number of the searched text, which it calls ``s``."""

    text: str
    params: tuple[Any, ...] = ()

    def __and__(self, other: SQL) -> SQL:
        return SQL(f"({self.text} AND {other.text})", self.params + other.params)

    def __or__(self, other: SQL) -> SQL:
        return SQL(f"({self.text} OR {other.text})", self.params + other.params)

    def __invert__(self) -> SQL:
        return SQL(f"NOT {self.text}", self.params)


@dataclass(frozen=True)
class Word:
    """A word as the searched text has it, folded; as a number; its tokens; and the brands that it names."""

    text: str
    number: str
    tokens: str
    brands: tuple[int, ...]

    @property
    def whole(self) -> str:
        """The full text query for the whole word or a brand; empty where there is nothing to look for."""
        return " | ".join(part for part in (self.tokens and f"({self.tokens})", self._brands) if part)

    @property
    def is_plain(self) -> bool:
        """Whether the word is its one token, so that it occurs wherever that does."""
        return self.tokens == f"'{self.text}'"

    def occurs(self, column: str) -> SQL:
        """Return the condition that it occurs in the column or names the brand."""
        found = _like(column, self.text) if self.text else SQL("false")
        if self.number and self.number != self.text:
            found |= _number(column, self.number)
        return found | _matches("words", self._brands) if self.brands else found

    @property
    def _brands(self) -> str:
        return " | ".join(f"'@{brand}'" for brand in self.brands)


@dataclass(frozen=True)
class Prepared:
    """A query as one database understands it."""

    using: str
    query: Query
    words: tuple[Word, ...]
    #: The whole query as a number may be written, and without whatever else is in it, both folded.
    number: str
    alphanumeric: str
    has_exact: bool
    is_small: bool
    #: How many products there are, as the database remembers.
    products: int

    @cached_property
    def anywhere(self) -> SQL:
        """The condition that a product is found at all."""
        return self._every_word("text")

    @cached_property
    def tiers(self) -> dict[Tier, SQL]:
        """The conditions of the tiers below the exact number; no product is in two of them."""
        named, whole = self._whole_words("named", "head"), self._whole_words("words", "text")
        if named is None or whole is None:
            return {Tier.PART: self.anywhere}
        return {Tier.NAMED: named, Tier.WHOLE: whole & ~named, Tier.PART: self.anywhere & ~whole}

    @property
    def tier(self) -> Case:
        """The tier of a product that is found."""
        cases = {condition: f"{tier:d}" for tier, condition in self.tiers.items() if tier != Tier.PART}
        exactly = When(self.query.is_number, then=Value(int(Tier.EXACT)))
        return Case(exactly, default=_Of(_case(cases, f"{Tier.PART:d}")), output_field=IntegerField())

    @property
    def rank(self) -> Func:
        """The rank of a product within its tier, at least 1."""
        query = " | ".join(word.whole for word in self.words if word.whole)
        head = _case({self._every_word("head"): f"{HEAD}"}, "0")
        rank = f"1 + ({HEAD} * ts_rank(s.words, %s::tsquery))::integer + {head.text}"
        return _Of(SQL(rank, (query, *head.params)))

    def expect(self, products: QuerySet[Any, Any]) -> tuple[dict[Tier, int], int]:
        """Return how many products the database expects in each tier, and in the list, without looking."""
        conditions = list(self.tiers.values())
        parts = [f"SELECT FROM {setup.TEXTS} s WHERE {condition.text}" for condition in conditions]
        listed, params = products.order_by().values("pk").query.get_compiler(self.using).as_sql()
        params = (*(param for each in conditions for param in each.params), *params)
        *found, total = _estimates(self.using, [*parts, listed], params)
        return dict(zip(self.tiers, found, strict=True)), total

    def ids(self, condition: SQL, limit: int | None = None) -> list[int]:
        """Return the ids of the products that fulfil a condition, in no order, no more than the limit."""
        sql = f"SELECT s.product_id FROM {setup.TEXTS} s WHERE {condition.text} LIMIT %s"
        return _ids(self.using, sql, [*condition.params, limit])

    def _whole_words(self, vector: str, column: str) -> SQL | None:
        """Return the condition that the words are whole ones, None where full text knows none of them.

        What full text would part or leave out must occur in the column as it is written.
        """
        whole = [word.whole for word in self.words if word.whole]
        if not whole:
            return None
        matched = _matches(vector, " & ".join(f"({each})" for each in whole))
        return _every([matched, *(word.occurs(column) for word in self.words if not word.is_plain)])

    def _every_word(self, column: str) -> SQL:
        """Return the condition that every word occurs in the column, or all of them as one number."""
        found = _every([word.occurs(column) for word in self.words])
        if len(self.words) > 1 and self.number:
            found |= _number(column, self.number)
        if self.alphanumeric not in {"", self.number}:
            found |= _like(column, self.alphanumeric) & SQL("s.number = %s", (self.alphanumeric,))
        return found


def prepare(query: Query, using: str) -> Prepared:
    """Return the query as the database understands it, by one statement."""
    words = list(query.words)
    params: list[Any] = [
        words,
        [numbers.normalise(word) for word in words],
        query.number,
        numbers.alphanumeric("".join(words)),
        list(query.candidates),
        SMALL,
    ]
    with connections[using].cursor() as cursor:
        cursor.execute(_PREPARE, params)
        rows = cursor.fetchall()
    number, alphanumeric, has_exact, is_small, products = rows[0][4:]
    return Prepared(
        using=using,
        query=query,
        words=tuple(Word(word, as_number, tokens, tuple(ids)) for word, as_number, tokens, ids, *_ in rows),
        number=number,
        alphanumeric=alphanumeric,
        has_exact=has_exact,
        is_small=is_small,
        products=products,
    )


class Found(Func):
    """The condition that a product's searched text fulfils another one."""

    output_field = BooleanField()

    def __init__(self, condition: SQL) -> None:
        super().__init__(F("pk"))
        self.condition = condition

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        key, params = compiler.compile(self.source_expressions[0])
        sql = f"{key} IN (SELECT s.product_id FROM {setup.TEXTS} s WHERE {self.condition.text})"
        return sql, (*params, *self.condition.params)


class _Of(Func):
    """A number computed from a product's searched text."""

    output_field = IntegerField()

    def __init__(self, number: SQL) -> None:
        super().__init__(F("pk"))
        self.number = number

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        key, params = compiler.compile(self.source_expressions[0])
        sql = f"(SELECT {self.number.text} FROM {setup.TEXTS} s WHERE s.product_id = {key})"
        return sql, (*self.number.params, *params)


def walk(products: QuerySet[Any, Any], condition: SQL, *, order: Sequence[str], limit: int) -> list[int]:
    """Return the ids of the first products that fulfil the condition, as far as a walk goes."""
    looked_at = products.order_by(*order).values_list("id", "created_at")[:WALK]
    inner, params = looked_at.query.get_compiler(products.db).as_sql()
    direction = "DESC" if order[0].startswith("-") else "ASC"
    sql = (
        f"SELECT w.id FROM ({inner}) w JOIN {setup.TEXTS} s ON s.product_id = w.id WHERE {condition.text}"
        f" ORDER BY w.created_at {direction}, w.id {direction} LIMIT %s"
    )
    return _ids(products.db, sql, [*params, *condition.params, limit])


def _ids(using: str, sql: str, params: list[Any]) -> list[int]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _estimates(using: str, queries: list[str], params: Sequence[Any]) -> list[int]:
    """Return how many rows the database expects of each query, which it only plans."""
    names = [f"part{number}" for number in range(len(queries))]
    parts = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, sql in zip(names, queries, strict=True))
    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in names)
    with connections[using].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) WITH {parts} SELECT {counts}", params)
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    rows = {part["Subplan Name"].removeprefix("CTE "): int(part["Plan Rows"]) for part in plan["Plans"]}
    return [rows[name] for name in names]


def _like(column: str, text: str) -> SQL:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return SQL(f"s.{column} LIKE %s", (f"%{escaped}%",))


def _number(column: str, number: str) -> SQL:
    """Return the condition that it occurs in the normalised number, which has no index but the column's."""
    return _like(column, number) & _like("number", number)


def _matches(vector: str, query: str) -> SQL:
    return SQL(f"s.{vector} @@ %s::tsquery", (query,))


def _case(cases: Mapping[SQL, str], default: str) -> SQL:
    """Return the number of the first condition that is fulfilled."""
    if not cases:
        return SQL(default)
    whens = " ".join(f"WHEN {condition.text} THEN {number}" for condition, number in cases.items())
    return SQL(f"CASE {whens} ELSE {default} END", tuple(param for each in cases for param in each.params))


def _every(conditions: list[SQL]) -> SQL:
    found = conditions[0]
    for condition in conditions[1:]:
        found &= condition
    return found
