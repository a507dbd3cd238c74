"""Read the demo site's settings from environment variables."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.core.checks.security import base as security
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from pathlib import Path
    from urllib.parse import SplitResult

BOOLEANS = {"1": True, "on": True, "0": False, "off": False}
ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
}

REDIS_SCHEMES = ("redis://", "rediss://", "unix://")

# Seconds until a database, Redis or the broker counts as not answering.
CONNECT_TIMEOUT = 5
REDIS_TIMEOUT = 0.3

MAKE_KEY = """python -c 'import secrets; print(secrets.token_urlsafe(64))'"""
# Seconds that a thread keeps its connection to the database for the requests after this one.
CONNECTION_SECONDS = 60


def text(name: str, *, default: str = "") -> str:
    """Return the variable without surrounding blanks; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def boolean(name: str, *, default: bool) -> bool:
    """Return the variable as a boolean; it is written as 1/0 or on/off.

    :raises ImproperlyConfigured: when it holds anything else.
    """
    value = text(name).lower()
    if not value:
        return default
    if value not in BOOLEANS:
        raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0, on or off.")
    return BOOLEANS[value]


def number(name: str, *, default: int) -> int:
    """Return the variable as a whole number of zero or more.

    :raises ImproperlyConfigured: when it holds anything else.
    """
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.")
    return int(value)


def seconds(name: str) -> float | None:
    """Return the variable as a span of time in seconds, or None when it is not set.

    :raises ImproperlyConfigured: when it is no number above zero.
    """
    value = text(name)
    if not value:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value, re.ASCII) or float(value) == 0:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a number of seconds above zero.")
    return float(value)


def names(name: str) -> list[str]:
    """Return the variable's comma-separated entries."""
    return [entry.strip() for entry in text(name).split(",") if entry.strip()]


def secret_key(*, debug: bool, file: Path) -> str:
    """Return SECRET_KEY; under DEBUG a checkout without one makes its own and keeps it in a file.

    A key that stood in the repository would sign tokens that anybody can forge.

    :raises ImproperlyConfigured: when DEBUG is off and no key is given, or one that can be guessed.
    """
    given = text("SECRET_KEY")
    if not (given or debug):
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set; with DEBUG=0 the site does not start without one. Make one: {MAKE_KEY}"
        )
    if given and not (debug or _is_strong(given)):
        raise ImproperlyConfigured(
            "SECRET_KEY can be guessed; with DEBUG=0 it has 50 characters or more, 5 different ones or more, "
            f"and does not begin with django-insecure-. Make one: {MAKE_KEY}"
        )
    if given:
        return given
    if not file.exists():
        _write_once(file, secrets.token_urlsafe(64))
    return file.read_text()


def _is_strong(key: str) -> bool:
    """Tell whether Django's own check of a deployment (security.W009) finds nothing wrong with the key."""
    return (
        len(key) >= security.SECRET_KEY_MIN_LENGTH
        and len(set(key)) >= security.SECRET_KEY_MIN_UNIQUE_CHARACTERS
        and not key.startswith(security.SECRET_KEY_INSECURE_PREFIX)
    )


def _write_once(file: Path, content: str) -> None:
    """Make the file, private and whole at once: of several processes the first one's content stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(content)
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def site_url() -> str:
    """Return SITE_URL without its last slash.

    :raises ImproperlyConfigured: when it is no http or https address.
    """
    url = text("SITE_URL").rstrip("/")
    parts = _split("SITE_URL", url)
    if url and not (parts.scheme in {"http", "https"} and parts.netloc):
        raise ImproperlyConfigured(f"SITE_URL is {url!r}; write it like https://shop.example.com.")
    return url


def allowed_hosts(*, debug: bool) -> list[str]:
    """Return ALLOWED_HOSTS; under DEBUG none means Django's names of this machine.

    :raises ImproperlyConfigured: when DEBUG is off and no host is given.
    """
    hosts = names("ALLOWED_HOSTS")
    if not hosts and not debug:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is not set; with DEBUG=0 the site does not start without a host name."
        )
    return hosts


def database(url: str) -> dict[str, Any]:
    """Return Django's database settings for a URL such as ``postgres://user:password@host:5432/name``.

    :raises ImproperlyConfigured: for a scheme other than postgres, mysql and sqlite, for a port that is
        none, and for a SQLite file without its full path.
    """
    parts = _split("DATABASE_URL", url)
    engine = ENGINES.get(parts.scheme)
    if engine is None:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; use postgres, mysql or sqlite."
        )
    if parts.scheme == "sqlite":
        return sqlite(_absolute(unquote(parts.path)))
    settings: dict[str, Any] = {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }
    settings["OPTIONS"] = {"connect_timeout": CONNECT_TIMEOUT}
    if parts.scheme == "mysql":
        settings["OPTIONS"]["charset"] = "utf8mb4"
    return settings


def _absolute(path: str) -> str:
    """Return the file named by the path of a URL: its first slash only ends the (empty) host."""
    if not path.startswith("//"):
        raise ImproperlyConfigured("Write SQLite's file with its full path: sqlite:////srv/shop/db.sqlite3.")
    return path[1:]


def sqlite(path: str) -> dict[str, Any]:
    """Return settings for SQLite that many threads can share.

    Write-ahead logging lets readers pass a writer, immediate transactions wait for the one lock
    at BEGIN instead of failing at their first write, and the timeout bounds that wait. A thread keeps
    its connection: opening one costs as much as two questions.
    """
    return {
        "ENGINE": ENGINES["sqlite"],
        "NAME": path,
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = wal; PRAGMA synchronous = normal;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }


def redis_url() -> str:
    """Return REDIS_URL.

    :raises ImproperlyConfigured: when no Redis can be asked at it.
    """
    url = text("REDIS_URL")
    if url:
        _verify_redis("REDIS_URL", url)
    return url


def broker_url() -> str:
    """Return CELERY_BROKER_URL, which may name several brokers with semicolons between them.

    :raises ImproperlyConfigured: when one of them is of no kind that Celery knows here.
    """
    urls = text("CELERY_BROKER_URL")
    for url in filter(None, urls.split(";")):
        _verify_broker("CELERY_BROKER_URL", url)
    return urls


def _verify_broker(name: str, url: str) -> None:
    from kombu import Connection  # noqa: PLC0415  # only who names a broker needs it

    scheme = _split(name, url).scheme
    if f"{scheme}://" in REDIS_SCHEMES:
        _verify_redis(name, url)
        return
    if not (scheme and "://" in url):
        raise ImproperlyConfigured(f"{name} has no scheme; write it like redis://127.0.0.1:6379/2.")
    try:
        Connection(url).get_transport_cls()
    except (ImportError, KeyError, ValueError):
        # Without the cause: it may quote a password.
        raise ImproperlyConfigured(
            f"{name} begins with {scheme!r}, which Celery does not know or has no driver for; "
            "use redis, rediss or amqp."
        ) from None


def _verify_redis(name: str, url: str) -> None:
    from redis import ConnectionPool  # noqa: PLC0415  # only who names a Redis needs it

    parts = _split(name, url)
    is_socket = parts.scheme == "unix"
    if not url.startswith(REDIS_SCHEMES):
        raise ImproperlyConfigured(
            f"{name} begins with {parts.scheme!r}; use redis://, rediss:// or unix://."
        )
    try:
        # It makes the connection without opening it.
        ConnectionPool.from_url(url).make_connection()
        is_right = bool(parts.path) if is_socket else re.fullmatch(r"(/\d*)?", parts.path, re.ASCII)
    except (TypeError, ValueError):
        is_right = False
    if not is_right:
        example = "unix:///run/redis.sock?db=1" if is_socket else "redis://127.0.0.1:6379/1"
        raise ImproperlyConfigured(f"{name} cannot be read; write it like {example}.")


def _split(name: str, url: str) -> SplitResult:
    """Return the URL's parts.

    :raises ImproperlyConfigured: when it has a host or a port that is none; the text quotes neither, as a
        password that is not escaped would stand there.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is read when it is asked for
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} has a host or a port that cannot be read; "
            "in a password all but letters and digits is written like %2F."
        ) from None
    return parts


def redis_caches(url: str) -> dict[str, Any]:
    """Return the site's cache and that of its sessions, both in Redis as JSON and bytes, never as pickles.

    The socket timeouts bound what a hanging Redis costs a request; the breaker of
    :mod:`partscatalog.caching`, which both share, how often.
    """
    options = {
        "SERIALIZER": "partscatalog.catalog.cache.serializer.JSONOrBytesSerializer",
        "SOCKET_TIMEOUT": REDIS_TIMEOUT,
        "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT,
    }
    cache = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": url}
    return {
        "default": {**cache, "KEY_PREFIX": "shop", "OPTIONS": options},
        "sessions": {**cache, "KEY_PREFIX": "shop-sessions", "OPTIONS": options},
    }


def gateways() -> dict[str, dict[str, Any]]:
    """Return the payment gateways; an option that the environment leaves out keeps the gateway's default."""
    timeout = seconds("PAYMENT_TIMEOUT")
    paystack = {
        "SECRET_KEY": text("PAYSTACK_SECRET_KEY"),
        "BASE_URL": text("PAYSTACK_BASE_URL"),
        "TIMEOUT": timeout,
    }
    stripe = {
        "SECRET_KEY": text("STRIPE_SECRET_KEY"),
        # Several, with commas between them, while one is rolled.
        "WEBHOOK_SECRETS": names("STRIPE_WEBHOOK_SECRET"),
        "BASE_URL": text("STRIPE_BASE_URL"),
        "TIMEOUT": timeout,
    }
    return {
        "sandbox": {
            "BACKEND": "partscatalog.payments.sandbox.gateway.SandboxGateway",
            "OPTIONS": _given({"TIMEOUT": timeout}),
        },
        "paystack": {
            "BACKEND": "partscatalog.payments.gateways.paystack.PaystackGateway",
            "OPTIONS": _given(paystack),
        },
        "stripe": {
            "BACKEND": "partscatalog.payments.gateways.stripe.StripeGateway",
            "OPTIONS": _given(stripe),
        },
    }


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value}
