"""The Django app "partscatalog_cart"."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partscatalog import checks
from partscatalog.laws import LAWS


class CartConfig(AppConfig):
    name = "partscatalog.cart"
    label = "partscatalog_cart"
    verbose_name = _("Cart")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.SWAPS["CART_CHECKS",] = ""
        LAWS["cart"] = import_module("partscatalog.cart.services.laws").violations
