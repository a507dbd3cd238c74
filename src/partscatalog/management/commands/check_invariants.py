"""Look for rows that break a law of the shop's books."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partscatalog.laws import LAWS


class Command(BaseCommand):
    help = (
        "Look for rows that break a law of the shop's books; exits with 1 and names them when there are any."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = [f"{app}: {text}" for app, violations in LAWS.items() for text in violations()]
        for text in broken:
            self.stderr.write(text)
        if broken:
            raise CommandError(f"{len(broken)} rows break a law.")
        self.stdout.write("All laws hold.")
