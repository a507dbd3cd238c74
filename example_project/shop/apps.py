"""The demo shop as a Django app; with a broker it makes the site's Celery application the current one."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class ShopConfig(AppConfig):
    name = "shop"
    label = "shop"
    verbose_name = "Demo shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if getattr(settings, "CELERY_BROKER_URL", ""):
            # Without one nothing is queued, and no process carries Celery's weight.
            import_module("config.celery")
