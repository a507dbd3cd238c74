"""Delete stored answers that nobody will ask for any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.orders.services import idempotency


class Command(BaseCommand):
    help = "Delete the stored answers of an Idempotency-Key that are older than IDEMPOTENCY_LIFETIME."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{idempotency.purge()} answers deleted.")
