"""How many active products each category and brand has, in PostgreSQL, of whatever size the shop is.

Triggers write down by how much a number changed, so that whatever writes products keeps the numbers right.
A change is a row of its own and a number is the sum of its rows: no two orders ever write the same one.
:func:`condense` makes few rows of many. The triggers run with the rights of who made them: a site's user
needs no more than to read the table, and without that right products are counted one by one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, transaction

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.backends.base.base import BaseDatabaseWrapper

PRODUCTS = "partscatalog_catalog_product"
BRANDS = "partscatalog_catalog_brand"
COUNTS = "partscatalog_catalog_productcount"

#: A table that was moved to another schema keeps its triggers, which then find these numbers beside it.
_INSTALL = """
LOCK TABLE {products} IN SHARE ROW EXCLUSIVE MODE;

CREATE TABLE {counts} (
    category_id bigint NOT NULL,
    brand_id bigint,
    is_in_stock boolean NOT NULL,
    products bigint NOT NULL
);
INSERT INTO {counts} SELECT category_id, brand_id, is_in_stock, count(*) FROM {products}
    WHERE is_active GROUP BY 1, 2, 3;
ANALYZE {counts};

CREATE FUNCTION {added}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    EXECUTE format('INSERT INTO %I.{table} SELECT category_id, brand_id, is_in_stock, count(*) FROM added
        WHERE is_active GROUP BY 1, 2, 3', TG_TABLE_SCHEMA);
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_count_added AFTER INSERT ON {products} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {added}();

CREATE FUNCTION {changed}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    EXECUTE format('INSERT INTO %I.{table}
        SELECT $1.category_id, $1.brand_id, $1.is_in_stock, -1 WHERE $1.is_active UNION ALL
        SELECT $2.category_id, $2.brand_id, $2.is_in_stock, 1 WHERE $2.is_active', TG_TABLE_SCHEMA)
        USING OLD, NEW;
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_count_changed AFTER UPDATE OF category_id, brand_id, stock, is_active ON {products}
    FOR EACH ROW WHEN ((OLD.category_id, OLD.brand_id, OLD.is_in_stock, OLD.is_active)
        IS DISTINCT FROM (NEW.category_id, NEW.brand_id, NEW.is_in_stock, NEW.is_active))
    EXECUTE FUNCTION {changed}();

CREATE FUNCTION {removed}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    EXECUTE format('INSERT INTO %I.{table} SELECT category_id, brand_id, is_in_stock, -count(*) FROM removed
        WHERE is_active GROUP BY 1, 2, 3', TG_TABLE_SCHEMA);
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_count_removed AFTER DELETE ON {products} REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION {removed}();

CREATE FUNCTION {emptied}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    EXECUTE format('TRUNCATE %I.{table}', TG_TABLE_SCHEMA);
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_count_emptied AFTER TRUNCATE ON {products}
    FOR EACH STATEMENT EXECUTE FUNCTION {emptied}();
"""

_REMOVAL = """
DROP TRIGGER IF EXISTS pc_count_added ON {products};
DROP TRIGGER IF EXISTS pc_count_changed ON {products};
DROP TRIGGER IF EXISTS pc_count_removed ON {products};
DROP TRIGGER IF EXISTS pc_count_emptied ON {products};
DROP FUNCTION IF EXISTS {added}(), {changed}(), {removed}(), {emptied}();
DROP TABLE IF EXISTS {counts};
"""

_READ = f"""
SELECT counted.*, brand.slug, brand.name FROM (
    SELECT category_id, brand_id,
        coalesce(sum(products) FILTER (WHERE is_in_stock = ANY (%(stocks)s)), 0)::bigint,
        coalesce(sum(products) FILTER (WHERE is_in_stock), 0)::bigint
    FROM {COUNTS} WHERE category_id = ANY (%(categories)s)
    GROUP BY 1, 2 HAVING sum(products) > 0
) counted LEFT JOIN {BRANDS} brand ON brand.id = counted.brand_id
"""  # noqa: S608  # names alone

#: Rows that another one condenses at the same time are left to it.
_CONDENSE = f"""
WITH condensed AS (
    DELETE FROM {COUNTS} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {COUNTS} FOR UPDATE SKIP LOCKED))
    RETURNING *
)
INSERT INTO {COUNTS} SELECT category_id, brand_id, is_in_stock, sum(products) FROM condensed
    GROUP BY 1, 2, 3 HAVING sum(products) <> 0
"""  # noqa: S608  # names alone


class Count(NamedTuple):
    """The products of a category and a brand: how many fit what was chosen, and how many are in stock."""

    category: int
    brand: int | None
    fitting: int
    stocked: int
    brand_slug: str | None
    brand_name: str | None


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the table anew and count all products; nothing is done on other databases."""
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            remove(connection)
            _run(connection, _INSTALL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop what :func:`install` made."""
    if connection.vendor == "postgresql":
        _run(connection, _REMOVAL)
        _is_installed.cache_clear()


def are_ready(using: str) -> bool:
    """Tell whether a database has the numbers; it is asked once in a process."""
    connection = connections[using]
    return connection.vendor == "postgresql" and _is_installed(using, str(connection.settings_dict["NAME"]))


def read(using: str, categories: Collection[int], *, in_stock: bool | None) -> list[Count]:
    """Return the numbers of the categories; those fit that are in stock, or out of it, as it was chosen."""
    stocks = [True, False] if in_stock is None else [in_stock]
    with connections[using].cursor() as cursor:
        cursor.execute(_READ, {"categories": [*categories], "stocks": stocks})
        return [Count(*row) for row in cursor.fetchall()]


def condense(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make one row of all that a number is the sum of, if this user may."""
    if are_ready(using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'DELETE')", [COUNTS])
            if cursor.fetchone() == (True,):
                cursor.execute(_CONDENSE)


@cache
def _is_installed(using: str, _database: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(to_regclass(%s)::oid, 'SELECT')", [COUNTS])
        return bool(cursor.fetchone() == (True,))


def _run(connection: BaseDatabaseWrapper, statements: str) -> None:
    """Run the statements, with every name in the schema of the products."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(%s)", [PRODUCTS]
        )
        (schema,) = cursor.fetchone()
        names = {"products": PRODUCTS, "counts": COUNTS}
        names |= {
            name: f"partscatalog_catalog_count_{name}" for name in ("added", "changed", "removed", "emptied")
        }
        placed = {name: f"{schema}.{value}" for name, value in names.items()}
        cursor.execute(statements.format(**placed, table=COUNTS))
