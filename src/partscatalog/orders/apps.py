"""The Django app "partscatalog_orders"."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partscatalog import checks
from partscatalog.laws import LAWS


class OrdersConfig(AppConfig):
    name = "partscatalog.orders"
    label = "partscatalog_orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.SWAPS["ORDER_NUMBER",] = "partscatalog.orders.numbering.OrderNumber"
        checks.SWAPS["SERIALIZERS", "order"] = "partscatalog.orders.api.serializers.OrderSerializer"
        LAWS["orders"] = import_module("partscatalog.orders.services.laws").violations
