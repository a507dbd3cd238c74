"""The Django app "partscatalog_catalog"."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partscatalog import checks
from partscatalog.laws import LAWS


class CatalogConfig(AppConfig):
    name = "partscatalog.catalog"
    label = "partscatalog_catalog"
    verbose_name = _("Catalog")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.SWAPS["PRICE_RULE",] = "partscatalog.catalog.pricing.PriceRule"
        for name, ours in {"brand": "Brand", "category": "Category", "product": "Product"}.items():
            checks.SWAPS["SERIALIZERS", name] = f"partscatalog.catalog.api.serializers.{ours}Serializer"
        import_module("partscatalog.catalog.receivers")
        LAWS["catalog"] = import_module("partscatalog.catalog.services.laws").violations
