"""The whole shop API in one include: of the apps that the site has installed; each can be included alone."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path

PREFIXES = {
    "catalog": "",
    "cart": "carts/",
    "accounts": "users/",
    "orders": "orders/",
    "payments": "payments/",
}

urlpatterns = [
    path(prefix, include(f"partscatalog.{app}.urls"))
    for app, prefix in PREFIXES.items()
    if apps.is_installed(f"partscatalog.{app}")
]
