"""Make what triggers keep in PostgreSQL anew, such as after it got the extensions that search needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from partscatalog.catalog import counts
from partscatalog.catalog.cache import changes
from partscatalog.catalog.models import CatalogChange
from partscatalog.catalog.search import setup

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Make full text search, and the numbers of products that facets tell, anew in PostgreSQL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="The alias of the database.")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(using=options["database"]):
            counts.install(connections[options["database"]])
            is_full_text = setup.install(connections[options["database"]])
            if is_full_text:
                # A search may find more now, or less where words were forgotten.
                changes.record(CatalogChange.Reach.ALL)
        if not is_full_text:
            names = " and ".join(setup.EXTENSIONS)
            raise CommandError(f"Search stays plain: full text needs PostgreSQL with {names}.")
        self.stdout.write("Full text search is there. Restart the site's processes if it was not before.")
