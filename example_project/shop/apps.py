"""The demo shop as a Django app; loading it makes the site's Celery application the current one."""

from __future__ import annotations

from django.apps import AppConfig

from config.celery import app as celery_app

__all__ = ["ShopConfig", "celery_app"]


class ShopConfig(AppConfig):
    name = "shop"
    label = "shop"
    verbose_name = "Demo shop"
    default_auto_field = "django.db.models.BigAutoField"
