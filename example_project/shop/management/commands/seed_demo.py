"""Fill the shop with the demo's invented catalog and its two people."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from partscatalog.catalog.models import Product
from shop.demo import people
from shop.demo.filling import fill
from shop.demo.progress import Progress

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from shop.demo.filling import Added
    from shop.demo.people import Login

PRODUCTS = 2_000
#: Up to here the makers' numbers are unique.
MOST_PRODUCTS = 1_000_000


def _total(text: str) -> int:
    if not (re.fullmatch("[0-9]{1,7}", text) and 1 <= int(text) <= MOST_PRODUCTS):
        raise ArgumentTypeError(f"write a whole number from 1 to {MOST_PRODUCTS:,}")
    return int(text)


class Command(BaseCommand):
    help = (
        "Fills the shop with a demo catalog of invented brands and parts, a staff user and a buyer. "
        "It can be run again: what is there stays as it is, what is missing is added. "
        "The password of both people is DEMO_PASSWORD; without it new accounts get "
        f"“{people.OPEN_PASSWORD}” under DEBUG and else a random one, which is printed once. "
        "Accounts that exist are changed only where DEMO_PASSWORD is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--products",
            type=_total,
            default=PRODUCTS,
            help=f"How many products the shop is to have ({PRODUCTS:,}); a larger shop includes a smaller.",
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Where there are products already, only set the password, and only one that is given.",
        )

    def handle(self, *_: Any, products: int, if_empty: bool, verbosity: int, **__: Any) -> None:
        given = os.environ.get("DEMO_PASSWORD", "")
        if if_empty and Product.objects.exists():
            if given:
                people.admit(given=given, default="")
            return
        self._tell_logins(people.admit(given=given, default=people.OPEN_PASSWORD if settings.DEBUG else ""))
        added = fill(total=products, progress=Progress(sys.stderr))
        if verbosity:
            self._tell_added(added)

    def _tell_logins(self, logins: list[Login]) -> None:
        for login in logins:
            told = (
                f"password {login.password}" if login.password else "account and password left as they were"
            )
            self.stdout.write(f"  {login.email:<20} {told}")

    def _tell_added(self, added: Added) -> None:
        self.stdout.write(
            f"  Added {added.categories:,} categories, {added.brands:,} brands, "
            f"{added.products:,} products, {added.pictures:,} pictures."
        )
        self.stdout.write(f"  The shop has {Product.objects.count():,} products.")
