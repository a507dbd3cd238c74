"""Settings of the tests: every app of the package in an otherwise plain project."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django

from config import environment

# A folder of this run's own, gone with it: runs side by side share nothing.
_FOLDER = Path(tempfile.mkdtemp(prefix="partscatalog-tests-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

SECRET_KEY = "tests-only-secret-key-that-is-long-enough-for-hmac-sha-512-signatures"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
ROOT_URLCONF = "tests.project.urls"
USE_TZ = True
STATIC_URL = "static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = _FOLDER / "media"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "partscatalog",
    "partscatalog.accounts",
    "partscatalog.catalog",
    "partscatalog.cart",
    "partscatalog.orders",
    "partscatalog.payments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Fast hashes; every rule about passwords is tried as it is.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

DATABASES = {
    "default": environment.database(os.environ["DATABASE_URL"])
    if os.environ.get("DATABASE_URL")
    else environment.sqlite(str(_FOLDER / "db.sqlite3")),
}

if os.environ.get("REDIS_URL"):
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": os.environ["REDIS_URL"],
            "KEY_PREFIX": "partscatalog-tests",
        },
    }

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in production: Django's default, shared memory, lets no two threads wait for each other.
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"] + ".test"}

if django.VERSION >= (6, 1):
    # No mailer by default from here on; Django swaps it for one that keeps the mails, as it always did.
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}

# The tests run without DEBUG, as a public demo does.
PARTSCATALOG: dict[str, object] = {"SANDBOX_OUTSIDE_DEBUG": True}
