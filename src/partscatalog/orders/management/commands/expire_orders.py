"""Expire the orders that were not paid in time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.orders.services import releasing


class Command(BaseCommand):
    help = "Expire the orders that were not paid in time; their stock returns."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{releasing.expire_overdue()} orders expired.")
