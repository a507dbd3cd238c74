"""The example project's own settings, with what a measurement needs.

Throttles count every request as they do in production, but never refuse one. No mail is sent: the naive shop
sends none, and without a broker it would be sent inside the request. The middlewares are those of the other
sites: what a site puts before the package is no cost of the package.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

from django.conf import global_settings as django_settings

from benchmarks.sites import shared
from config import settings as example
from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, PARTSCATALOG
from partscatalog.conf import DEFAULT_THROTTLES

# Shops of several sizes run side by side: each has keys of its own.
SHOP = Path(str(DATABASES["default"]["NAME"])).stem
CACHES = {
    alias: {**cache, "KEY_PREFIX": f"{cache.get('KEY_PREFIX', '')}-{SHOP}"}
    for alias, cache in getattr(example, "CACHES", django_settings.CACHES).items()
}
MIDDLEWARE = shared.MIDDLEWARE
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.sites.ours"]
PARTSCATALOG = {
    **PARTSCATALOG,
    "THROTTLES": dict.fromkeys(DEFAULT_THROTTLES, "999999999/day"),
    "SEND_MAILS": False,
    **json.loads(os.environ.get("BENCHMARK_PARTSCATALOG", "{}")),
}
if "BENCHMARK_COPIES" in os.environ:
    PARTSCATALOG["CATALOG_CACHE_COPY"] = timedelta(seconds=1)
