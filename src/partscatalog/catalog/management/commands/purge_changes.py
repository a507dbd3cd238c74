"""Delete the rows of changes that every cache was told of long ago, and condense numbers of products."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.catalog import counts
from partscatalog.catalog.cache import changes


class Command(BaseCommand):
    help = "Delete the changes that every cache was told of long ago, and condense numbers of products."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{changes.purge()} changes deleted.")
        counts.condense()
