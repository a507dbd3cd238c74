"""Numbers of products that triggers keep in PostgreSQL; nothing on other databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations

from partscatalog.catalog import counts

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    counts.install(schema_editor.connection)


def remove(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    counts.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("partscatalog_catalog", "0007_list_indexes")]

    operations = [migrations.RunPython(install, remove)]
