"""Read the demo site's settings from environment variables."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BOOLEANS = {"1": True, "on": True, "0": False, "off": False}
ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
}


def boolean(name: str, *, default: bool) -> bool:
    """Return the variable as a boolean; it is written as 1/0 or on/off.

    :raises ImproperlyConfigured: when it holds anything else.
    """
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text not in BOOLEANS:
        raise ImproperlyConfigured(f"{name} is {text!r}; write 1 or 0, on or off.")
    return BOOLEANS[text]


def number(name: str, *, default: int) -> int:
    """Return the variable as a whole number of zero or more.

    :raises ImproperlyConfigured: when it holds anything else.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}; write a whole number.")
    return int(text)


def names(name: str) -> list[str]:
    """Return the variable's comma-separated entries."""
    return [entry.strip() for entry in os.environ.get(name, "").split(",") if entry.strip()]


def database(url: str) -> dict[str, Any]:
    """Return Django's database settings for a URL such as ``postgres://user:password@host:5432/name``.

    :raises ImproperlyConfigured: for a scheme other than postgres, mysql and sqlite.
    """
    parts = urlsplit(url)
    engine = ENGINES.get(parts.scheme)
    if engine is None:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; use postgres, mysql or sqlite."
        )
    if parts.scheme == "sqlite":
        return sqlite(parts.path)
    settings: dict[str, Any] = {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    if parts.scheme == "mysql":
        settings["OPTIONS"] = {"charset": "utf8mb4"}
    return settings


def sqlite(path: str) -> dict[str, Any]:
    """Return settings for SQLite that many threads can share.

    Write-ahead logging lets readers pass a writer, immediate transactions wait for the one lock
    at BEGIN instead of failing at their first write, and the timeout bounds that wait.
    """
    return {
        "ENGINE": ENGINES["sqlite"],
        "NAME": path,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = wal; PRAGMA synchronous = normal;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }
