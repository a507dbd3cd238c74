"""Make the tables of the site whose settings are in the environment, and fill them."""

from __future__ import annotations

import importlib
import os
import sys

import django
from django.core.management import call_command


def main(products: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    # The naive shop has no migrations, and its tables point to those just made.
    call_command("migrate", run_syncdb=True, verbosity=0)
    from benchmarks.loading import bulk

    package = os.environ["DJANGO_SETTINGS_MODULE"].rpartition(".")[0]
    importlib.import_module(f"{package}.loading").load(products)
    bulk.settle()


if __name__ == "__main__":
    main(int(sys.argv[1]))
