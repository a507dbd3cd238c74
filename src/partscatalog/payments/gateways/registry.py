"""Build the gateways that the site's settings name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partscatalog.conf import get_settings, swap
from partscatalog.payments.gateways.base import Gateway
from partscatalog.payments.gateways.options import SecretData


class UnknownGateway(LookupError):
    """The site's settings name no gateway of that alias, or one that cannot be built."""


def get(alias: str) -> Gateway:
    """Return the gateway of an alias, built from the settings as they are now.

    :raises UnknownGateway: when there is none that works.
    """
    try:
        # In no variable of a frame that an error page may show.
        gateway: Gateway = swap(_entry(alias)["BACKEND"])(alias=alias, options=_options(alias))
    except (LookupError, ImportError, TypeError, AttributeError) as err:
        raise UnknownGateway(f"{alias}: {type(err).__name__}: {err}") from err
    if not isinstance(gateway, Gateway):
        raise UnknownGateway(f"{alias}: {type(gateway).__name__} is no Gateway")
    return gateway


def _entry(alias: str) -> Mapping[str, Any]:
    return get_settings().PAYMENT_GATEWAYS[alias]


def _options(alias: str) -> SecretData:
    options = _entry(alias).get("OPTIONS", {})
    if not isinstance(options, Mapping):
        raise TypeError("OPTIONS is no dict.")
    return SecretData(options)
