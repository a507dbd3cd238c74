"""The Django app "partscatalog_cart"."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CartConfig(AppConfig):
    name = "partscatalog.cart"
    label = "partscatalog_cart"
    verbose_name = _("Cart")
    default_auto_field = "django.db.models.BigAutoField"
