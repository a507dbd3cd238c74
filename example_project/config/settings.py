"""Settings of the demo site, each read from the environment with a default that needs nothing else."""

from __future__ import annotations

from pathlib import Path

import django

from config import environment
from partscatalog import beat
from partscatalog.conf import DEFAULT_THROTTLES

BASE_DIR = Path(__file__).resolve().parent.parent
RUN_DIR = BASE_DIR / "run"

# --- the environment, in one place ------------------------------------------------------------
DEBUG = environment.boolean("DEBUG", default=True)
HTTPS = environment.boolean("HTTPS", default=not DEBUG)
SITE_URL = environment.site_url()
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", default=0)
REDIS_URL = environment.redis_url()
DATABASE_URL = environment.text("DATABASE_URL")

# --- who answers ------------------------------------------------------------------------------
SECRET_KEY = environment.secret_key(debug=DEBUG, file=RUN_DIR / "secret_key")
ALLOWED_HOSTS = environment.allowed_hosts(debug=DEBUG)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "shop.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    # WhiteNoise serves static files under runserver too: Django's handler answers a path with ".." by a 500.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "partscatalog",
    "partscatalog.accounts",
    "partscatalog.catalog",
    "partscatalog.cart",
    "partscatalog.orders",
    "partscatalog.payments",
    "shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
APPEND_SLASH = True

# --- database, cache, sessions ----------------------------------------------------------------
DATABASES = {
    "default": environment.database(DATABASE_URL)
    if DATABASE_URL
    else environment.sqlite(str(BASE_DIR / "db.sqlite3")),
}
if REDIS_URL:
    CACHES = environment.redis_caches(REDIS_URL)
    # Through the cache, with the rows behind it: carts and logins outlive a Redis that went away.
    SESSION_ENGINE = "partscatalog.sessions"
    SESSION_CACHE_ALIAS = "sessions"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"
# Static files come straight from the installed packages: no collectstatic before a start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
FILE_UPLOAD_PERMISSIONS = 0o644

# --- mail: the demo writes it to files instead of sending it --------------------------------------
MAIL_FILES = str(RUN_DIR / "mail")
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": MAIL_FILES},
        },
    }
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_FILES

# --- transport security -----------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Putting a domain on the browsers' preload list is its owner's step, not a demo's.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# --- Celery: without a broker every job runs inline after the commit ---------------------------
CELERY_BROKER_URL = environment.broker_url()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 1}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = beat.SCHEDULE

# --- the shop ---------------------------------------------------------------------------------
PARTSCATALOG = {
    "SITE_URL": SITE_URL,
    "TRUSTED_PROXIES": TRUSTED_PROXIES,
    "THROTTLES": {} if environment.boolean("THROTTLES", default=True) else dict.fromkeys(DEFAULT_THROTTLES),
    "SANDBOX_OUTSIDE_DEBUG": environment.boolean("SANDBOX_OUTSIDE_DEBUG", default=False),
    "PAYMENT_GATEWAYS": environment.gateways(),
    "PAYMENT_GATEWAY": environment.text("PAYMENT_GATEWAY", default="sandbox" if DEBUG else "paystack"),
}

# --- the API and its documentation ------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # The documentation's own views refuse in the words of the API.
    "EXCEPTION_HANDLER": "partscatalog.api.errors.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parts catalog",
    "DESCRIPTION": "Catalog, cart, orders and payments of a parts shop.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Public pages: a stale or foreign Authorization header counts as none.
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "cut_queries": {"()": "config.logs.CutQueries"},
    },
    "formatters": {
        "line": {
            "()": "config.logs.OneLineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "access": {"()": "config.logs.OneLineFormatter", "format": "%(message)s"},
    },
    "handlers": {
        "line": {"class": "logging.StreamHandler", "formatter": "line"},
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "access",
            "filters": ["cut_queries"],
        },
    },
    "root": {"handlers": ["line"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": ["access"], "level": "INFO", "propagate": False},
    },
}
