"""Ask the gateways about everything that no webhook has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from partscatalog.payments.sandbox import desk
from partscatalog.payments.services import reconciling

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Ask the payment gateways about everything that no webhook has settled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="Ask about all of it, due or not.")

    def handle(self, *args: Any, **options: Any) -> None:
        desk.clear_late()
        answered = reconciling.reconcile(ignore_schedule=options["now"])
        self.stdout.write(f"{answered} payments were asked about.")
