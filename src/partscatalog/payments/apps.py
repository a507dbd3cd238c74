"""The Django app "partscatalog_payments"."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "partscatalog.payments"
    label = "partscatalog_payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"
