"""Where full text search can be had, and that a database which lets none be searches plainly and sells on."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from partscatalog.catalog.models import Product
from partscatalog.catalog.search import setup
from partscatalog.testing import make_brand, make_category, make_product

pytestmark = pytest.mark.django_db
postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="Full text search is PostgreSQL's.")

PRODUCTS = "/api/products/"


@pytest.fixture(autouse=True)
def _ask_anew():
    setup.is_installed.cache_clear()
    yield
    setup.is_installed.cache_clear()


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def found(api, text):
    return [row["name"] for row in api.get(PRODUCTS, {"search": text}).json()]


def test_is_had_on_postgresql_alone(api):
    make_product("\u00c9trier")
    has_it = connection.vendor == "postgresql"

    assert (setup.install(connection), setup.is_ready("default")) == (has_it, has_it)
    assert found(api, "\u00e9trier") == ["\u00c9trier"]


@postgresql
def test_can_be_removed_and_made_again(api):
    make_product("\u00c9trier")
    setup.remove(connection)
    setup.remove(connection)
    plain = setup.is_ready("default"), found(api, "\u00e9trier"), found(api, "etrier")
    make_product("Etrier 2")

    setup.install(connection)
    setup.install(connection)

    assert plain == (False, ["\u00c9trier"], [])
    assert (setup.is_ready("default"), found(api, "etrier")) == (True, ["Etrier 2", "\u00c9trier"])


@postgresql
def test_is_made_later_by_a_command(api, capsys):
    make_product("\u00c9trier")
    setup.remove(connection)

    call_command("rebuild_search")

    assert (setup.is_ready("default"), found(api, "etrier")) == (True, ["\u00c9trier"])
    assert capsys.readouterr().out.startswith("Full text search is there.")


def test_the_command_fails_where_full_text_cannot_be_had(monkeypatch):
    monkeypatch.setattr(setup, "EXTENSIONS", ("extension_of_nobody",))

    with pytest.raises(CommandError, match=r"^Search stays plain: full text needs PostgreSQL with "):
        call_command("rebuild_search")


@pytest.fixture
def clerk():
    """A role with all rights on the tables that were there before, and none to make others."""
    run(
        "CREATE ROLE shop_clerk",
        "GRANT shop_clerk TO CURRENT_USER",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO shop_clerk",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO shop_clerk",
        f"REVOKE ALL ON {setup.TEXTS}, {setup.WORDS} FROM shop_clerk",
    )
    return "SET LOCAL ROLE shop_clerk"


@postgresql
def test_survives_a_user_without_the_right_to_extensions(api, clerk):
    setup.remove(connection)
    run("DROP EXTENSION pg_trgm", "DROP EXTENSION unaccent", clerk)

    assert (setup.install(connection), setup.is_ready("default")) == (False, False)
    make_product("\u00c9trier")
    assert (found(api, "\u00e9trier"), found(api, "etrier")) == (["\u00c9trier"], [])


@postgresql
def test_survives_a_server_without_the_extensions(api, monkeypatch):
    setup.remove(connection)
    monkeypatch.setattr(setup, "EXTENSIONS", ("unaccent", "extension_of_nobody"))

    assert (setup.install(connection), setup.is_ready("default")) == (False, False)
    make_product("Piston")
    assert found(api, "piston") == ["Piston"]


@postgresql
def test_a_user_who_may_not_read_the_texts_searches_plainly_and_keeps_them_right(api, clerk):
    """The site's user is often another one than the one who migrates."""
    run(clerk)
    make_product("\u00c9trier", brand=make_brand("Nordwerk"))

    plain = setup.is_ready("default"), found(api, "\u00e9trier"), found(api, "etrier")
    Product.objects.update(name="\u00c9trier avant")
    run("RESET ROLE")
    setup.is_installed.cache_clear()

    assert plain == (False, ["\u00c9trier"], [])
    assert (setup.is_ready("default"), found(api, "etrier avant nordwerk")) == (True, ["\u00c9trier avant"])


@postgresql
def test_uses_extensions_that_stand_in_a_schema_of_their_own(api):
    setup.remove(connection)
    run(
        "DROP EXTENSION pg_trgm",
        "DROP EXTENSION unaccent",
        "CREATE SCHEMA tools",
        "CREATE EXTENSION pg_trgm SCHEMA tools",
        "CREATE EXTENSION unaccent SCHEMA tools",
    )

    setup.install(connection)
    make_product("\u00c9trier", brand=make_brand("Nordwerk"))

    assert (found(api, "etrier nordwerk"), found(api, "etreir")) == (["\u00c9trier"], ["\u00c9trier"])


@postgresql
def test_stands_in_the_schema_of_the_products(api):
    """Whoever writes a product, with whatever search path, keeps its text right."""
    setup.remove(connection)
    run("CREATE SCHEMA shop")
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if "partscatalog" in name]
    run(*(f"ALTER TABLE {name} SET SCHEMA shop" for name in tables), "SET LOCAL search_path = shop, public")

    setup.install(connection)
    product = make_product("Piston", category=make_category())
    run(
        "SET LOCAL search_path = ''",
        f"UPDATE shop.{setup.PRODUCTS} SET name = '\u00c9trier' WHERE id = {product.pk}",
        "SET LOCAL search_path = shop, public",
    )

    assert (found(api, "etrier"), found(api, "piston")) == (["\u00c9trier"], [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE oid = to_regclass(%s)", [f"shop.{setup.TEXTS}"])
        assert cursor.fetchone() == (1,)


def test_is_asked_for_once_in_a_process(statements):
    setup.is_ready("default")

    with statements() as ran:
        setup.is_ready("default")

    assert ran.sql == []


@postgresql
@pytest.mark.django_db(transaction=True)
def test_the_command_ends_kept_searches(api, statements):
    make_product("\u00c9trier")
    setup.remove(connection)
    plain = found(api, "etrier")

    call_command("rebuild_search")
    full = found(api, "etrier")
    call_command("rebuild_search")

    assert (plain, full) == ([], ["\u00c9trier"])
    with statements() as ran:
        found(api, "etrier")
    assert len(ran) > 0


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_process_that_knows_plain_search_alone_keeps_nothing_for_those_that_know_more(api, monkeypatch):
    """Until it is started anew it does not look whether the tables are there."""
    make_product("\u00c9trier")
    with monkeypatch.context() as old:
        old.setattr(setup, "is_ready", lambda _using: False)
        plain = found(api, "etrier")

    assert (plain, found(api, "etrier")) == ([], ["\u00c9trier"])
