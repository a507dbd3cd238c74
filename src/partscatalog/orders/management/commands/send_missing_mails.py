"""Send the mails about orders that were not sent when they should have been."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partscatalog.orders.services import mailing


class Command(BaseCommand):
    help = "Send the mails about orders that a lost broker, worker or mail server swallowed."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{mailing.send_missing()} mails sent.")
