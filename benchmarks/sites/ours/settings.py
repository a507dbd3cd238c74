"""The example project's own settings, with what a measurement needs.

Throttles count every request as they do in production, but never refuse one. No mail is sent: the naive shop
sends none, and without a broker it would be sent inside the request.
"""

from __future__ import annotations

import json
import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, PARTSCATALOG
from partscatalog.conf import DEFAULT_THROTTLES

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.sites.ours"]
PARTSCATALOG = {
    **PARTSCATALOG,
    "THROTTLES": dict.fromkeys(DEFAULT_THROTTLES, "999999999/day"),
    "SEND_MAILS": False,
    **json.loads(os.environ.get("BENCHMARK_PARTSCATALOG", "{}")),
}
