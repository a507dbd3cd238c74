"""Forget the revoked tokens that nobody could use any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.accounts.services import signing_in


class Command(BaseCommand):
    help = "Forget the revoked tokens that have expired by themselves."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{signing_in.purge()} tokens forgotten.")
