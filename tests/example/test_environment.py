"""The demo site's settings as read from environment variables."""

from __future__ import annotations

import shlex
import stat
import subprocess
import sys
from contextlib import nullcontext

import pytest
from django.core.checks.security.base import check_secret_key
from django.core.exceptions import ImproperlyConfigured

from config import environment
from tests.example.site import ROOT


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("on", True), ("ON", True), ("0", False), ("off", False), ("", True), (" ", True)],
)
def test_reads_a_boolean_as_one_zero_on_or_off(monkeypatch, value, expected):
    monkeypatch.setenv("THROTTLES", value)

    assert environment.boolean("THROTTLES", default=True) is expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: environment.boolean("X", default=True), "yes"),
        (lambda: environment.number("X", default=0), "-1"),
        (lambda: environment.number("X", default=0), "²"),
        (lambda: environment.seconds("X"), "0"),
        (lambda: environment.seconds("X"), "soon"),
        (lambda: environment.seconds("X"), "1e9"),
    ],
)
def test_refuses_a_value_it_cannot_read_and_names_the_variable(monkeypatch, read, value):
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=r"^X is "):
        read()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_reads_a_postgres_url_with_an_escaped_password(scheme):
    settings = environment.database(f"{scheme}://shop:p%40ss@db.example.com:5433/parts")

    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert {name: settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "parts",
        "USER": "shop",
        "PASSWORD": "p@ss",
        "HOST": "db.example.com",
        "PORT": "5433",
    }


def test_reads_a_mysql_url_with_full_unicode():
    settings = environment.database("mysql://root@127.0.0.1/parts")

    assert settings["ENGINE"] == "django.db.backends.mysql"
    assert settings["OPTIONS"] == {"connect_timeout": environment.CONNECT_TIMEOUT, "charset": "utf8mb4"}


def test_reads_an_sqlite_url_and_lets_threads_wait_for_the_lock():
    settings = environment.database("sqlite:////srv/shop/my%20parts.sqlite3")

    assert settings["NAME"] == "/srv/shop/my parts.sqlite3"
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    "url", ["oracle://x/y", "sqlite:///relative.sqlite3", "sqlite://", "parts", "postgres://a:port/b"]
)
def test_refuses_another_database_url(url):
    with pytest.raises(ImproperlyConfigured):
        environment.database(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/1",
        "127.0.0.1:6379",
        "redis:127.0.0.1",
        "redis://:hidden@127.0.0.1:port/1",
        "redis://:hid/den@127.0.0.1:6379/1",
        "redis://[::1/1",
        "redis://127.0.0.1:70000/1",
        "redis://127.0.0.1:6379/shop",
        "redis://127.0.0.1:6379/1?db=one",
        "redis://127.0.0.1:6379/1?colour=red",
        "unix://",
    ],
)
@pytest.mark.parametrize(
    ("name", "read"),
    [("REDIS_URL", environment.redis_url), ("CELERY_BROKER_URL", environment.broker_url)],
)
def test_refuses_what_is_no_redis_by_its_name_and_without_its_password(monkeypatch, name, read, url):
    monkeypatch.setenv(name, url)

    with pytest.raises(ImproperlyConfigured, match=rf"^{name} ") as refusal:
        read()

    assert "hid" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or not refusal.value.__context__


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://",
        "redis://127.0.0.1:6379/1",
        "redis://shop:p%2Fss@redis.example.com",
        "rediss://127.0.0.1:6380/0?ssl_cert_reqs=none",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_reads_where_redis_is(monkeypatch, url):
    monkeypatch.setenv("REDIS_URL", url)

    assert environment.redis_url() == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://127.0.0.1/2",
        "amqp://a;amqp://b",
        "memory://",
        "sentinel://a:1/0",
        "redis+socket:///run/r",
    ],
)
def test_reads_every_broker_that_celery_knows(monkeypatch, url):
    monkeypatch.setenv("CELERY_BROKER_URL", url)

    assert environment.broker_url() == url


@pytest.mark.parametrize(
    "url", ["carrier://pigeon", "localhost", "amqp://a;carrier://pigeon", "amqp://a:port//"]
)
def test_refuses_a_broker_that_celery_does_not_know(monkeypatch, url):
    monkeypatch.setenv("CELERY_BROKER_URL", url)

    with pytest.raises(ImproperlyConfigured, match=r"^CELERY_BROKER_URL "):
        environment.broker_url()


def test_redis_is_bounded_in_time_and_never_holds_pickles():
    caches = environment.redis_caches("redis://127.0.0.1:6379/3")

    for cache in caches.values():
        assert cache["OPTIONS"]["SERIALIZER"] == "partscatalog.catalog.cache.serializer.JSONOrBytesSerializer"
        assert cache["OPTIONS"]["SOCKET_TIMEOUT"] == 0.3
        assert cache["OPTIONS"]["SOCKET_CONNECT_TIMEOUT"] == 0.3


def test_a_checkout_without_a_key_makes_its_own_once(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    file = tmp_path / "run" / "secret_key"

    key = environment.secret_key(debug=True, file=file)

    assert len(key) >= 64
    assert environment.secret_key(debug=True, file=file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["secret_key"]


def test_the_first_of_two_processes_decides_the_key(monkeypatch, tmp_path):
    file = tmp_path / "secret_key"
    file.write_text("the first one's")

    environment._write_once(file, "the second one's")

    assert file.read_text() == "the first one's"


def test_refuses_to_run_without_key_and_hosts_outside_debug(monkeypatch, tmp_path):
    """T-JWT-3: no default key signs tokens where DEBUG is off."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        environment.secret_key(debug=False, file=tmp_path / "secret_key")
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS is not set"):
        environment.allowed_hosts(debug=False)

    assert list(tmp_path.iterdir()) == []


WEAK = ["a" * 49, "abcd" * 20, "django-insecure-" + "0123456789" * 5]


@pytest.mark.parametrize("key", WEAK)
def test_refuses_a_key_that_can_be_guessed_outside_debug_alone(monkeypatch, tmp_path, key):
    """T-JWT-3"""
    monkeypatch.setenv("SECRET_KEY", key)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY can be guessed") as refusal:
        environment.secret_key(debug=False, file=tmp_path / "secret_key")

    assert key not in str(refusal.value)
    assert environment.secret_key(debug=True, file=tmp_path / "secret_key") == key


@pytest.mark.parametrize("key", [*WEAK, "abcde" * 10, "0123456789" * 5, "abcde" * 9 + "abcd"])
def test_a_key_is_refused_where_djangos_own_check_would_warn_of_it(monkeypatch, tmp_path, settings, key):
    monkeypatch.setenv("SECRET_KEY", key)
    settings.SECRET_KEY = key
    is_fine = check_secret_key(None) == []

    with nullcontext() if is_fine else pytest.raises(ImproperlyConfigured):
        assert environment.secret_key(debug=False, file=tmp_path / "secret_key") == key


def test_the_command_that_the_refusal_names_makes_a_key(monkeypatch, tmp_path):
    _python, *arguments = shlex.split(environment.MAKE_KEY)
    made = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    monkeypatch.setenv("SECRET_KEY", made.stdout)

    assert environment.secret_key(debug=False, file=tmp_path / "x") == made.stdout.strip()
    assert environment.MAKE_KEY in (ROOT / "README.md").read_text()


def test_reads_the_hosts_as_a_list(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "shop.example.com, www.example.com,")

    assert environment.allowed_hosts(debug=False) == ["shop.example.com", "www.example.com"]


@pytest.mark.parametrize("url", ["shop.example.com", "ftp://shop.example.com", "https://"])
def test_refuses_a_site_url_that_is_no_web_address(monkeypatch, url):
    monkeypatch.setenv("SITE_URL", url)

    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        environment.site_url()


def test_gateway_options_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PAYSTACK_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("PAYSTACK_BASE_URL", "http://127.0.0.1:9001")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_2")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new, whsec_old")
    monkeypatch.setenv("STRIPE_BASE_URL", "http://127.0.0.1:9002")
    monkeypatch.setenv("PAYMENT_TIMEOUT", "2.5")

    gateways = environment.gateways()

    assert gateways["paystack"]["OPTIONS"] == {
        "SECRET_KEY": "sk_test_1",
        "BASE_URL": "http://127.0.0.1:9001",
        "TIMEOUT": 2.5,
    }
    assert gateways["stripe"]["OPTIONS"] == {
        "SECRET_KEY": "sk_test_2",
        "WEBHOOK_SECRETS": ["whsec_new", "whsec_old"],
        "BASE_URL": "http://127.0.0.1:9002",
        "TIMEOUT": 2.5,
    }
    assert gateways["sandbox"]["OPTIONS"] == {"TIMEOUT": 2.5}


def test_gateways_keep_their_defaults_where_nothing_is_set(monkeypatch):
    for name in (
        "PAYSTACK_SECRET_KEY",
        "PAYSTACK_BASE_URL",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "STRIPE_BASE_URL",
        "PAYMENT_TIMEOUT",
    ):
        monkeypatch.delenv(name, raising=False)

    assert {alias: gateway["OPTIONS"] for alias, gateway in environment.gateways().items()} == {
        "paystack": {},
        "stripe": {},
        "sandbox": {},
    }
