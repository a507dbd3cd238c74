"""Full text search in PostgreSQL: its tables, which triggers keep right, and whether a database has them.

The searched text of a product stands in a table of its own: an order changes the product's row and must not
touch the indexes of its text. A row of it follows from the product's row alone, in which the brand is a
key, so that no two writers can leave it wrong. The names of brands stand in a second table, beside all
words that occur, from which typing errors are mended. The triggers run with the rights of who made them: a
site's user needs no more than to read these tables, and without that right search is plain.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections, transaction

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PRODUCTS = "partscatalog_catalog_product"
BRANDS = "partscatalog_catalog_brand"
#: The searched text of each product: the normalised number; that, the number and the name (the head); all of
#: it with the description; and the words of either, the brand's key among them.
TEXTS = "partscatalog_catalog_searchtext"
#: Every word that occurs, and the name of every brand beside the brand's key.
WORDS = "partscatalog_catalog_searchword"
#: Text without accents and letter case, as it is stored and looked for.
FOLD = "partscatalog_catalog_fold"
#: The words of folded text, as full text search knows them.
TOKENS = "partscatalog_catalog_tokens"
#: The words that occur and are written most like a given one.
NEAREST = "partscatalog_catalog_nearest"

EXTENSIONS = ("unaccent", "pg_trgm")
#: No right to create an extension or to use its schema; the server does not have it.
REFUSALS = frozenset({"42501", "0A000", "58P01"})
#: Knows letter case in every script, whatever the database's own locale knows.
ICU = "und-x-icu"

_TABLES = r"""
LOCK TABLE {products}, {brands} IN SHARE ROW EXCLUSIVE MODE;

CREATE TABLE {texts} (
    product_id bigint PRIMARY KEY,
    number text NOT NULL,
    head text NOT NULL,
    text text NOT NULL,
    named tsvector NOT NULL,
    words tsvector NOT NULL
);
CREATE TABLE {words} (word text NOT NULL, brand_id bigint);

-- Greek has two small sigmas and one capital.
CREATE FUNCTION {fold}(given text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $sql$
    SELECT translate(lower({unaccent}.unaccent('{unaccent}.unaccent'::regdictionary,
        upper(given{collate}))), E'\u03c2', E'\u03c3') COLLATE "default"
$sql$;

CREATE FUNCTION {tokens}(folded text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $sql$
    SELECT to_tsvector('pg_catalog.simple'::regconfig,
        regexp_replace(folded, '[^a-z0-9\u0080-\U0010ffff]+', ' ', 'g'))
$sql$;

CREATE FUNCTION {nearest}(given text) RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE AS $sql$
    SELECT word FROM {words} ORDER BY word OPERATOR({pg_trgm}.<->) given LIMIT 20
$sql$;

CREATE FUNCTION {row}(id bigint, number text, normalised text, name text, description text, brand bigint)
RETURNS SETOF {texts} LANGUAGE sql STABLE AS $sql$
    SELECT $1, normalised, head, concat_ws(E'\n', head, folded),
        named, named || setweight({tokens}(folded), 'D')
    FROM (
        SELECT coalesce({fold}($3), '') AS normalised,
            concat_ws(E'\n', {fold}($2), {fold}($3), {fold}($4)) AS head,
            {fold}($5) AS folded,
            setweight({tokens}({fold}(concat_ws(' ', $2, $3))), 'A')
            || setweight({tokens}({fold}($4)), 'B')
            || CASE WHEN $6 IS NULL THEN ''::tsvector ELSE ('''@' || $6 || ''':1C')::tsvector END AS named
        OFFSET 0
    ) made
$sql$;

CREATE FUNCTION {spelt}(given text) RETURNS SETOF text LANGUAGE sql STABLE AS $sql$
    SELECT found.word FROM unnest(tsvector_to_array({tokens}({fold}(given)))) found (word)
    WHERE length(found.word) BETWEEN 3 AND 40 AND found.word !~ '[0-9]'
$sql$;
"""

_FILL = """
INSERT INTO {texts} SELECT found.* FROM {products} p,
    LATERAL {row}(p.id, p.number, p.number_normalised, p.name, p.description, p.brand_id) found;
INSERT INTO {words} SELECT {fold}(b.name), b.id FROM {brands} b;
INSERT INTO {words} (word) SELECT DISTINCT found.word FROM (
    SELECT p.name || ' ' || p.description AS text FROM {products} p UNION ALL SELECT b.name FROM {brands} b
) written, LATERAL {spelt}(written.text) found (word);
"""

#: Few rows may wait to be added to an index: a search reads them one by one.
_INDEXES = """
CREATE INDEX pc_searchtext_named ON {texts} USING gin (named) WITH (gin_pending_list_limit = 256);
CREATE INDEX pc_searchtext_words ON {texts} USING gin (words) WITH (gin_pending_list_limit = 256);
CREATE INDEX pc_searchtext_text ON {texts} USING gin (text {pg_trgm}.gin_trgm_ops)
    WITH (gin_pending_list_limit = 256);
CREATE INDEX pc_searchword_word ON {words} (word);
CREATE INDEX pc_searchword_brand ON {words} (brand_id);
CREATE INDEX pc_searchword_near ON {words} USING gist (word {pg_trgm}.gist_trgm_ops);
ALTER TABLE {texts} ALTER COLUMN named SET STATISTICS 500, ALTER COLUMN words SET STATISTICS 500,
    ALTER COLUMN text SET STATISTICS 500;
ANALYZE {texts};
ANALYZE {words};
"""

_TRIGGERS = """
CREATE FUNCTION {added}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    INSERT INTO {texts} SELECT found.* FROM added p,
        LATERAL {row}(p.id, p.number, p.number_normalised, p.name, p.description, p.brand_id) found
        ON CONFLICT (product_id) DO UPDATE SET number = EXCLUDED.number, head = EXCLUDED.head,
            text = EXCLUDED.text, named = EXCLUDED.named, words = EXCLUDED.words;
    INSERT INTO {words} (word) SELECT found.word FROM (
        SELECT DISTINCT each.word FROM added p, LATERAL {spelt}(p.name || ' ' || p.description) each (word)
    ) found WHERE NOT EXISTS (SELECT FROM {words} known WHERE known.word = found.word);
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_search_added AFTER INSERT ON {products} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {added}();

CREATE FUNCTION {changed}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    INSERT INTO {texts} SELECT found.* FROM {row}(
            NEW.id, NEW.number, NEW.number_normalised, NEW.name, NEW.description, NEW.brand_id) found
        ON CONFLICT (product_id) DO UPDATE SET number = EXCLUDED.number, head = EXCLUDED.head,
            text = EXCLUDED.text, named = EXCLUDED.named, words = EXCLUDED.words;
    INSERT INTO {words} (word) SELECT found.word FROM {spelt}(NEW.name || ' ' || NEW.description) found (word)
        WHERE NOT EXISTS (SELECT FROM {words} known WHERE known.word = found.word);
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_search_changed AFTER UPDATE OF number, name, description, brand_id ON {products}
    FOR EACH ROW WHEN ((OLD.number, OLD.name, OLD.description, OLD.brand_id)
        IS DISTINCT FROM (NEW.number, NEW.name, NEW.description, NEW.brand_id))
    EXECUTE FUNCTION {changed}();

CREATE FUNCTION {removed}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    DELETE FROM {texts} t USING removed p WHERE t.product_id = p.id;
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_search_removed AFTER DELETE ON {products} REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION {removed}();

CREATE FUNCTION {branded}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM {words} w WHERE w.brand_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {words} VALUES ({fold}(NEW.name), NEW.id);
        INSERT INTO {words} (word) SELECT found.word FROM {spelt}(NEW.name) found (word)
            WHERE NOT EXISTS (SELECT FROM {words} known WHERE known.word = found.word);
    END IF;
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_search_branded AFTER INSERT OR DELETE OR UPDATE OF name ON {brands}
    FOR EACH ROW EXECUTE FUNCTION {branded}();

CREATE FUNCTION {emptied}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $sql$
BEGIN
    IF TG_RELID = '{products}'::regclass THEN
        TRUNCATE {texts};
        DELETE FROM {words} WHERE brand_id IS NULL;
    ELSE
        DELETE FROM {words} WHERE brand_id IS NOT NULL;
    END IF;
    RETURN NULL;
END
$sql$;
CREATE TRIGGER pc_search_emptied AFTER TRUNCATE ON {products}
    FOR EACH STATEMENT EXECUTE FUNCTION {emptied}();
CREATE TRIGGER pc_search_emptied AFTER TRUNCATE ON {brands}
    FOR EACH STATEMENT EXECUTE FUNCTION {emptied}();
"""

_REMOVAL = """
DROP TRIGGER IF EXISTS pc_search_added ON {products};
DROP TRIGGER IF EXISTS pc_search_changed ON {products};
DROP TRIGGER IF EXISTS pc_search_removed ON {products};
DROP TRIGGER IF EXISTS pc_search_emptied ON {products};
DROP TRIGGER IF EXISTS pc_search_branded ON {brands};
DROP TRIGGER IF EXISTS pc_search_emptied ON {brands};
DROP FUNCTION IF EXISTS {added}(), {changed}(), {removed}(), {branded}(), {emptied}(), {spelt}(text),
    {nearest}(text), {row}(bigint, text, text, text, text, bigint), {tokens}(text), {fold}(text);
DROP TABLE IF EXISTS {texts}, {words};
"""


def install(connection: BaseDatabaseWrapper) -> bool:
    """Make the tables anew and fill them; tell whether the database lets them be.

    Nothing is done on other databases. Where PostgreSQL lacks an extension that this user may not create,
    nothing is left behind, and search stays plain.
    """
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(using=connection.alias):
            _make(connection)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) not in REFUSALS:
            raise
        return False
    finally:
        is_installed.cache_clear()
    return True


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop what :func:`install` made; the extensions stay, as others may use them."""
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(_REMOVAL.format(**_names(connection)))
        is_installed.cache_clear()


def is_ready(using: str) -> bool:
    """Tell whether a database can be searched by full text; it is asked once in a process."""
    connection = connections[using]
    return connection.vendor == "postgresql" and is_installed(using, str(connection.settings_dict["NAME"]))


@cache
def is_installed(using: str, _database: str) -> bool:
    """Tell whether the tables are there and this user may read them."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM unnest(%s::text[]) name"
            " WHERE has_table_privilege(to_regclass(name)::oid, 'SELECT')",
            [[TEXTS, WORDS]],
        )
        return bool(cursor.fetchone() == (2,))


def _make(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    remove(connection)
    names = _names(connection)
    with connection.cursor() as cursor:
        for part in (_TABLES, _FILL, _INDEXES, _TRIGGERS):
            cursor.execute(part.format(**names))


def _names(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return every name with its schema: that of the products, and those of the extensions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(%s)", [PRODUCTS]
        )
        (schema,) = cursor.fetchone()
        cursor.execute(
            "SELECT extname, extnamespace::regnamespace::text FROM pg_extension WHERE extname = ANY(%s)",
            [list(EXTENSIONS)],
        )
        extensions = dict.fromkeys(EXTENSIONS, schema) | dict(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM pg_collation WHERE collname = %s", [ICU])
        has_icu = cursor.fetchone() != (0,)
    ours = {"products": PRODUCTS, "brands": BRANDS, "texts": TEXTS, "words": WORDS}
    ours |= {"fold": FOLD, "tokens": TOKENS, "nearest": NEAREST}
    for name in ("row", "spelt", "added", "changed", "removed", "branded", "emptied"):
        ours[name] = f"partscatalog_catalog_search_{name}"
    return {
        **{name: f"{schema}.{value}" for name, value in ours.items()},
        **extensions,
        "collate": f' COLLATE pg_catalog."{ICU}"' if has_icu else "",
    }
