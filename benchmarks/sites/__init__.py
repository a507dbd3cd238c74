"""The sites that are measured; each runs in processes of its own, with its own settings and database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What the example project reads from its environment: nothing of the caller's own gets in.
READ = {
    "ALLOWED_HOSTS",
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "HTTPS",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
    "THROTTLES",
    "TRUSTED_PROXIES",
}
KEY = "a-key-for-measuring-that-is-long-enough-for-every-signature-made-with-it"


@dataclass(frozen=True, slots=True)
class Site:
    """A site by the name of its folder."""

    name: str
    #: The interpreter that has its packages; ours by default.
    python: str = ""

    @property
    def package(self) -> str:
        return f"benchmarks.sites.{self.name}"

    def environment(self, *, database: str, redis: str = "", **variables: str) -> dict[str, str]:
        """Return the environment of one of its processes."""
        inherited = {name: value for name, value in os.environ.items() if name not in READ}
        return {
            **inherited,
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT / "example_project", ROOT))),
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": f"{self.package}.settings",
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "DEBUG": "0",
            "HTTPS": "0",
            "SECRET_KEY": KEY,
            "ALLOWED_HOSTS": "*",
            **variables,
        }


RAW = Site("raw")
NAIVE = Site("naive")
OURS = Site("ours")
#: Ours again, where it answers from copies in the process: its name in the results.
COPIES = "ours, with copies"
