"""A part number by its exact text: to MySQL's and MariaDB's collations Ä is A, and another part the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def compare_exactly(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _collate(apps, schema_editor, "utf8mb4_bin")


def compare_as_before(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _collate(apps, schema_editor, None)


def _collate(apps: Any, schema_editor: BaseDatabaseSchemaEditor, collation: str | None) -> None:
    """Write the column's definition anew: a generated one is not altered in part."""
    if schema_editor.connection.vendor != "mysql":
        return
    product = apps.get_model("partscatalog_catalog", "Product")
    column = product._meta.get_field("number_normalised")
    before, column.output_field.db_collation = column.output_field.db_collation, collation
    try:
        definition, params = schema_editor.column_sql(product, column)
    finally:
        column.output_field.db_collation = before
    table, name = map(schema_editor.quote_name, (product._meta.db_table, column.column))
    schema_editor.execute(f"ALTER TABLE {table} MODIFY {name} {definition}", params)


class Migration(migrations.Migration):
    dependencies = [("partscatalog_catalog", "0004_brand_newest")]

    # MySQL's changes of a schema end a transaction.
    operations = [migrations.RunPython(compare_exactly, compare_as_before, atomic=False)]
