"""The Django app "partscatalog_payments"."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partscatalog.laws import LAWS
from partscatalog.orders import hooks
from partscatalog.payments import checks


class PaymentsConfig(AppConfig):
    name = "partscatalog.payments"
    label = "partscatalog_payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register()
        LAWS["payments"] = import_module("partscatalog.payments.services.laws").violations
        hooks.ORDER_EXPIRY_CHECKS.append(import_module("partscatalog.payments.services.expiry").check)
        hooks.ORDER_ADMIN_INLINES.append("partscatalog.payments.admin.PaymentInline")
