"""Delete the rows of catalog changes that every cache was told of long ago."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.catalog.cache import changes


class Command(BaseCommand):
    help = "Delete the rows of catalog changes that every cache was told of long ago."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{changes.purge()} changes deleted.")
