"""System checks of the payment gateways: one id per mistake, the hint says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core import checks

from partscatalog.checks import are_typed
from partscatalog.conf import get_settings
from partscatalog.payments.addresses import return_url
from partscatalog.payments.gateways import registry
from partscatalog.payments.gateways.options import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partscatalog.payments.gateways.base import Gateway

IDS: Mapping[FaultCode, str] = {
    FaultCode.MISSING_KEY: "003",
    FaultCode.PUBLIC_KEY: "004",
    FaultCode.INSECURE_URL: "005",
    FaultCode.BAD_OPTION: "006",
    FaultCode.NOT_FOR_PRODUCTION: "007",
    FaultCode.LIVE_KEY_UNDER_DEBUG: "008",
    FaultCode.NO_RETURN_URL: "009",
    FaultCode.UNPROVEN_WEBHOOKS: "011",
    FaultCode.NOT_INSTALLED: "012",
}

#: The settings that these checks and the gateways read; what is of another type has an error of its own.
READ = (
    "PAYMENT_GATEWAY",
    "PAYMENT_GATEWAYS",
    "PAYMENT_RETURN_URL",
    "PAYMENTS_PATH",
    "SANDBOX_OUTSIDE_DEBUG",
    "SITE_URL",
)


def register() -> None:
    """Register the checks with Django."""
    checks.register(check_default_gateway, "partscatalog")
    checks.register(check_other_gateways, "partscatalog", deploy=True)
    checks.register(check_atomic_requests, "partscatalog", deploy=True)


def check_default_gateway(**_: Any) -> list[checks.CheckMessage]:
    """Look at the gateway that requests get when they name none; its mistakes are errors."""
    if not are_typed(*READ):
        return []
    settings = get_settings()
    if settings.PAYMENT_GATEWAY not in settings.PAYMENT_GATEWAYS:
        return [
            checks.Error(
                f"PAYMENT_GATEWAY is {settings.PAYMENT_GATEWAY!r}, which PAYMENT_GATEWAYS does not name.",
                hint=f"Use one of: {', '.join(settings.PAYMENT_GATEWAYS) or 'none yet'}.",
                id="partscatalog_payments.E001",
            )
        ]
    return list(_messages(settings.PAYMENT_GATEWAY, is_default=True))


def check_other_gateways(**_: Any) -> list[checks.CheckMessage]:
    """Look at the gateways that a request may name; their mistakes are warnings of ``check --deploy``."""
    if not are_typed(*READ):
        return []
    settings = get_settings()
    others = [alias for alias in settings.PAYMENT_GATEWAYS if alias != settings.PAYMENT_GATEWAY]
    return [message for alias in others for message in _messages(alias, is_default=False)]


def check_atomic_requests(**_: Any) -> list[checks.CheckMessage]:
    """Mind the transaction around each request: it would be held open while a gateway answers."""
    if not django_settings.DATABASES.get("default", {}).get("ATOMIC_REQUESTS"):
        return []
    return [
        checks.Warning(
            "ATOMIC_REQUESTS is on. The shop's own views are exempt from it, views of yours are not.",
            hint="Wrap those that call a service of the payments in transaction.non_atomic_requests.",
            id="partscatalog_payments.W010",
        )
    ]


def _messages(alias: str, *, is_default: bool) -> Iterator[checks.CheckMessage]:
    try:
        gateway = registry.get(alias)
    except registry.UnknownGateway as err:
        text = f"The payment gateway {err}"
        hint = "Give BACKEND as the dotted path of a subclass of Gateway, and OPTIONS as a dict."
        yield _message(text, hint=hint, number="002", is_error=is_default)
        return
    for fault in [*gateway.faults(), *_faults_of_the_site(gateway)]:
        text = f"The payment gateway {alias}: {fault.text}"
        is_error = is_default and not gateway.is_rehearsal
        yield _message(text, hint=fault.hint, number=IDS[fault.code], is_error=is_error)


def _message(text: str, *, hint: str, number: str, is_error: bool) -> checks.CheckMessage:
    kind, letter = (checks.Error, "E") if is_error else (checks.Warning, "W")
    return kind(text, hint=hint, id=f"partscatalog_payments.{letter}{number}")


def _faults_of_the_site(gateway: Gateway) -> Iterator[Fault]:
    if gateway.is_live and django_settings.DEBUG:
        yield Fault(
            code=FaultCode.LIVE_KEY_UNDER_DEBUG,
            text="A key that moves real money is used under DEBUG.",
            hint="Use the test key, or switch DEBUG off.",
        )
    if gateway.needs_return_url and not return_url(get_settings().PAYMENTS_PATH):
        yield Fault(
            code=FaultCode.NO_RETURN_URL,
            text="It sends buyers back to the site, and the site names no address.",
            hint="Set SITE_URL, or PAYMENT_RETURN_URL as a whole URL.",
        )
