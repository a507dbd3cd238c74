"""The package's settings: one typed, frozen object behind the site's ``PARTSCATALOG`` dict."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # the checks read the annotations
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

DEFAULT_THROTTLES: Mapping[str, str | None] = {
    "login": "10/min",
    "register": "30/hour",
    "password": "10/hour",
    "cart": "600/min",
    "checkout": "120/min",
    "payment": "60/min",
}

DEFAULT_GATEWAYS: Mapping[str, Mapping[str, Any]] = {
    "sandbox": {"BACKEND": "partscatalog.payments.sandbox.gateway.SandboxGateway"},
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a site may set in its ``PARTSCATALOG`` dict; every key has a default."""

    #: The shop's one currency, as an ISO 4217 code. Prices are kept with its decimals; an order
    #: freezes the currency that it was placed in.
    CURRENCY: str = "NGN"
    #: The public address of the site, such as ``https://shop.example.com``: the base of image URLs,
    #: ``Link`` headers, return and callback URLs and links in mails. Empty: the request's own scheme
    #: and host serve where there is a request, and a gateway that needs a return URL fails a check.
    SITE_URL: str = ""
    #: How many proxies of yours stand before the site. The client's address is then the n-th entry
    #: from the right of ``X-Forwarded-For``; with 0 that header is never believed.
    TRUSTED_PROXIES: int = 0
    #: Requests allowed per scope, as ``number/period`` (second, minute, hour, day); ``None`` for a scope
    #: switches it off. Scopes left out keep their default.
    THROTTLES: Mapping[str, str | None] = field(default_factory=lambda: DEFAULT_THROTTLES)
    #: Dotted path of what counts and limits the requests of a scope; a subclass of
    #: ``partscatalog.api.throttles.ScopeThrottle``.
    THROTTLE: str = "partscatalog.api.throttles.ScopeThrottle"
    #: How long an access token is good for.
    ACCESS_TOKEN_LIFETIME: timedelta = timedelta(minutes=15)
    #: How long a refresh token is good for; each use replaces it by a new one.
    REFRESH_TOKEN_LIFETIME: timedelta = timedelta(days=14)
    #: The page of the site that asks for a new password; the reset mail links to it with
    #: ``?uid=...&token=...``. A path below ``SITE_URL`` or a whole URL. Empty: the mail gives uid and
    #: token as text.
    PASSWORD_RESET_URL: str = ""
    #: Largest picture accepted, in bytes.
    IMAGE_MAX_BYTES: int = 10 * 1024 * 1024
    #: Largest picture accepted, in pixels (width times height), looked at before it is decoded.
    IMAGE_MAX_PIXELS: int = 40_000_000
    #: How many pictures one product may have.
    IMAGES_PER_PRODUCT: int = 50
    #: Thumbnails made of each picture: a name and the box (width, height) that it is fitted into.
    THUMBNAIL_SIZES: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: {"small": (160, 160), "medium": (480, 480)}
    )
    #: Alias of the Django cache that keeps the catalog's answers.
    CATALOG_CACHE: str = "default"
    #: How long an answer of the catalog is kept while nothing changes it; zero keeps none.
    CATALOG_CACHE_LIFETIME: timedelta = timedelta(hours=1)
    #: How long a process may give a copy of its own without asking the cache, a second at most; zero makes
    #: none. For so long other processes' changes may go unseen.
    CATALOG_CACHE_COPY: timedelta = timedelta(0)
    #: How deep the tree of categories may grow.
    CATEGORY_MAX_DEPTH: int = 12
    #: Most lines that one cart holds.
    CART_MAX_LINES: int = 200
    #: Most pieces on one line of a cart.
    CART_MAX_QUANTITY: int = 9_999
    #: How long an anonymous cart is kept after its last change.
    CART_LIFETIME: timedelta = timedelta(days=30)
    #: Functions that may add problems to a cart, as dotted paths; each is called with the cart's lines.
    CART_CHECKS: tuple[str, ...] = ()
    #: Dotted path of the rule that prices a line of cart and order; a subclass of
    #: ``partscatalog.catalog.pricing.PriceRule``. The catalog itself always shows list prices.
    PRICE_RULE: str = "partscatalog.catalog.pricing.ListPrice"
    #: Dotted path of the maker of public order numbers; a subclass of
    #: ``partscatalog.orders.numbering.OrderNumber``.
    ORDER_NUMBER: str = "partscatalog.orders.numbering.RandomNumber"
    #: How long an order may stay unpaid before it expires and its stock returns.
    ORDER_PAYMENT_WINDOW: timedelta = timedelta(hours=24)
    #: How much longer an unpaid order waits while its gateway cannot answer whether it was paid.
    ORDER_GATEWAY_WAIT: timedelta = timedelta(hours=72)
    #: How long the stored answer of an ``Idempotency-Key`` is kept.
    IDEMPOTENCY_LIFETIME: timedelta = timedelta(days=7)
    #: Send the shop's mails (order placed, paid, shipped, cancelled).
    SEND_MAILS: bool = True
    #: The gateways, like Django's ``CACHES``: alias, then ``BACKEND`` (a dotted path) and ``OPTIONS``.
    PAYMENT_GATEWAYS: Mapping[str, Mapping[str, Any]] = field(
        # Error pages show what frames hold, and OPTIONS hold keys.
        default_factory=lambda: DEFAULT_GATEWAYS,
        repr=False,
    )
    #: The alias used when a request names none.
    PAYMENT_GATEWAY: str = "sandbox"
    #: Where the provider sends the buyer back to: a path below ``SITE_URL`` or a whole URL. Empty: our
    #: own plain page ``payments/return/``.
    PAYMENT_RETURN_URL: str = ""
    #: Where the package's payment URLs are mounted, a path below ``SITE_URL``; used where no request
    #: tells it.
    PAYMENTS_PATH: str = "/api/payments/"
    #: Let the sandbox gateway run with ``DEBUG`` off, as a public demo does.
    SANDBOX_OUTSIDE_DEBUG: bool = False
    #: Serializers of yours in place of ours, by name (``product``, ``category``, ``brand``, ``order``),
    #: as dotted paths; each is a subclass of the one it replaces.
    SERIALIZERS: Mapping[str, str] = field(default_factory=dict)
    #: Permissions asked besides ours, by app (``accounts``, ``catalog``, ``cart``, ``orders``,
    #: ``payments``), as lists of dotted paths of DRF permission classes. They run before the cache is read.
    PERMISSIONS: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def throttle(self, scope: str) -> str | None:
        """Return the rate of a scope, the default where the site says nothing."""
        if scope in self.THROTTLES:
            return self.THROTTLES[scope]
        return DEFAULT_THROTTLES[scope]


KEYS = tuple(entry.name for entry in fields(Settings))


def get_settings() -> Settings:
    """Return the site's settings as they are now (``override_settings`` included).

    Unknown keys are left to the system check ``partscatalog.W001``.
    """
    return _read()


@cache
def _read() -> Settings:
    given = getattr(django_settings, "PARTSCATALOG", {})
    return Settings(**{key: value for key, value in given.items() if key in KEYS})


def _forget(*, setting: str, **_: object) -> None:
    if setting == "PARTSCATALOG":
        _read.cache_clear()
        swap.cache_clear()


setting_changed.connect(_forget, dispatch_uid="partscatalog.conf")


@cache
def swap(path: str) -> Any:
    """Return what a setting names by its dotted path.

    :raises ImportError: when there is no such thing; ``manage.py check`` says so earlier.
    """
    return import_string(path)
