"""Full text search where PostgreSQL has it: nothing on other databases or without the right to extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations

from partscatalog.catalog.search import setup

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    setup.install(schema_editor.connection)


def remove(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    setup.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("partscatalog_catalog", "0002_changes")]

    operations = [migrations.RunPython(install, remove)]
