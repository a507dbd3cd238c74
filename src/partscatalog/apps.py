"""The root Django app "partscatalog": no models, only what all apps share."""

from __future__ import annotations

from django.apps import AppConfig

from partscatalog import checks


class PartsCatalogConfig(AppConfig):
    name = "partscatalog"
    label = "partscatalog"
    verbose_name = "Parts catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register()
