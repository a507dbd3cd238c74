"""Delete the carts that nobody comes back to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.cart.services import purging


class Command(BaseCommand):
    help = "Delete guests' carts that nobody has changed for CART_LIFETIME, and closed carts as old."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purging.purge()} carts deleted.")
