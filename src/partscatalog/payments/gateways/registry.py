"""Build the gateways that the site's settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.conf import get_settings, swap

if TYPE_CHECKING:
    from partscatalog.payments.gateways.base import Gateway


class UnknownGateway(LookupError):
    """The site's settings name no gateway of that alias, or one that cannot be built."""


def get(alias: str) -> Gateway:
    """Return the gateway of an alias, built from the settings as they are now.

    :raises UnknownGateway: when there is none that works.
    """
    try:
        entry = get_settings().PAYMENT_GATEWAYS[alias]
        gateway: Gateway = swap(entry["BACKEND"])(alias=alias, options=entry.get("OPTIONS", {}))
    except (LookupError, ImportError, TypeError, AttributeError) as err:
        raise UnknownGateway(f"{alias}: {type(err).__name__}: {err}") from err
    return gateway
