"""System checks: one id per mistake a site can make in its settings.

Mistakes that break the shop are errors; what only a public site must mind is asked by ``check --deploy``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from rest_framework.permissions import OperandHolder

from partscatalog import caching, money
from partscatalog.api.throttles import parse_rate
from partscatalog.conf import DEFAULT_THROTTLES, KEYS, Settings, get_settings, swap

if TYPE_CHECKING:
    from collections.abc import Collection

#: The dotted paths that a site may set, by key and name within it: each with the dotted path of the base
#: class that is promised, empty for anything that can be called. An app adds its own in
#: ``AppConfig.ready()``.
SWAPS: dict[tuple[str, ...], str] = {
    ("THROTTLE",): "partscatalog.api.throttles.ScopeThrottle",
    ("PERMISSIONS",): "rest_framework.permissions.BasePermission",
}

#: Numbers and spans of time below this are none that a shop can work with.
LEAST = {
    "TRUSTED_PROXIES": 0,
    "IMAGES_PER_PRODUCT": 0,
    "CATALOG_CACHE_LIFETIME": timedelta(0),
    "CATALOG_CACHE_COPY": timedelta(0),
    "ORDER_GATEWAY_WAIT": timedelta(0),
}
#: And above this they break a promise.
MOST = {"CATALOG_CACHE_COPY": timedelta(seconds=1)}
#: Addresses of the site's own pages.
PAGES = ("PASSWORD_RESET_URL", "PAYMENT_RETURN_URL")

SECRET_KEY_LENGTH = 32
GUESSABLE = re.compile(
    r"insecure|change.?me|secret.?key|your.?secret|password|default|example", re.IGNORECASE
)
IN_PROCESS = "django.core.cache.backends.locmem.LocMemCache"
DUMMY = "django.core.cache.backends.dummy.DummyCache"
SQLITE = "django.db.backends.sqlite3"


def register() -> None:
    """Register the checks with Django."""
    for check in (check_keys, check_types, check_values, check_swaps, check_time_zones):
        checks.register(check, "partscatalog")
    for check in (check_proxies, check_cache, check_secret_keys, check_sqlite, check_session_cookie):
        checks.register(check, "partscatalog", deploy=True)


def are_typed(*keys: str) -> bool:
    """Tell whether the site's values of these keys have their types, so that other checks can read them."""
    given = _given()
    return isinstance(given, Mapping) and all(_is_typed(key, given) for key in keys)


def check_keys(**_: Any) -> Iterator[checks.CheckMessage]:
    """Look for keys that do not exist, and for such names in the keys that hold a value per name."""
    given = _given()
    if not isinstance(given, Mapping):
        return
    yield from _unknown("PARTSCATALOG", given, KEYS)
    names = {
        "THROTTLES": list(DEFAULT_THROTTLES),
        "PERMISSIONS": _apps(),
        "SERIALIZERS": [name for key, *rest in SWAPS for name in rest if key == "SERIALIZERS"],
    }
    for key, known in names.items():
        if are_typed(key):
            yield from _unknown(_name(key), given.get(key, {}), known)


def check_types(**_: Any) -> Iterator[checks.CheckMessage]:
    """Look for values of another type than their key's; they are not shown, for they may be secret."""
    given = _given()
    if not isinstance(given, Mapping):
        yield checks.Error(
            f"PARTSCATALOG is of type {type(given).__name__}.",
            hint="Make it a dict of the keys that the documentation lists.",
            id="partscatalog.E002",
        )
        return
    for key in KEYS:
        if not _is_typed(key, given):
            yield checks.Error(
                f"{_name(key)} is not of the type {Settings.__annotations__[key]}.",
                hint=f"It is of type {type(given[key]).__name__}; write it as the documentation shows.",
                id="partscatalog.E002",
            )


def check_values(**_: Any) -> Iterator[checks.CheckMessage]:
    """Look for values that have the right type and still cannot be right."""
    yield from _currency()
    yield from _rates()
    yield from _site_url()
    yield from _numbers()
    yield from _pages()
    yield from _aliases()


def check_swaps(**_: Any) -> Iterator[checks.CheckMessage]:
    """Look for dotted paths that lead nowhere, or to something else than what was promised."""
    for place, base in SWAPS.items():
        key, *names = place
        if are_typed(key):
            value: Any = getattr(get_settings(), key)
            yield from _swap(key, value.get(names[0], ()) if names else value, base)


def check_time_zones(**_: Any) -> Iterator[checks.CheckMessage]:
    """Ask for moments that know their time zone; without it an hour of each autumn is told twice."""
    if not django_settings.USE_TZ:
        yield checks.Error(
            "USE_TZ is off; orders, payments and tokens are kept by moments in UTC.",
            hint="Set USE_TZ = True. TIME_ZONE may be any.",
            id="partscatalog.E016",
        )


def check_proxies(**_: Any) -> Iterator[checks.CheckMessage]:
    """Ask who stands before the site: with a wrong number one caller's limit is everybody's, or nobody's."""
    given = _given()
    if isinstance(given, Mapping) and "TRUSTED_PROXIES" not in given:
        yield checks.Warning(
            "TRUSTED_PROXIES is not set; requests are limited per address, and the address is REMOTE_ADDR.",
            hint="Set how many proxies of yours stand before the site, 0 for none.",
            id="partscatalog.W010",
        )


def check_cache(**_: Any) -> Iterator[checks.CheckMessage]:
    """Ask for a cache that all processes share: what one of them counts or forgets, the others must see."""
    backend = django_settings.CACHES["default"]["BACKEND"]
    if backend == IN_PROCESS:
        yield checks.Warning(
            "The default cache is each process's own: limits count per process, and what the catalog shows "
            "may be seconds old.",
            hint="Use Redis, or one process with threads.",
            id="partscatalog.W011",
        )
    if backend == DUMMY:
        yield checks.Warning(
            "The default cache keeps nothing, so that no request is ever one too many.",
            hint="Use Redis; under DEBUG, Django's in-process cache.",
            id="partscatalog.W012",
        )
    yield from _catalog_cache()


def _catalog_cache() -> Iterator[checks.CheckMessage]:
    alias = get_settings().CATALOG_CACHE if are_typed("CATALOG_CACHE") else "default"
    is_dummy = django_settings.CACHES.get(alias, {}).get("BACKEND") == DUMMY
    if not is_dummy and not caching.is_counting(alias):
        yield checks.Warning(
            f"The cache {alias!r} reads a number and then writes the next one, which loses one of two "
            "changes at once: the catalog keeps no answers in it.",
            hint=f"Name one in Redis, Memcached or the process by {_name('CATALOG_CACHE')}.",
            id="partscatalog.W017",
        )


def check_secret_keys(**_: Any) -> Iterator[checks.CheckMessage]:
    """Ask for keys that nobody guesses: with one, anybody is anybody.

    Django looks at length and prefix alone, and for its own use of them.
    """
    for name, key in _secret_keys():
        text = key if isinstance(key, str) else bytes(key).decode("latin-1")
        if len(text) < SECRET_KEY_LENGTH or len(set(text)) < 5 or GUESSABLE.search(text):
            yield checks.Warning(
                f"{name} is short or can be guessed; the tokens of users and carts are signed by it.",
                hint="Set 50 random characters, kept outside of the code.",
                id="partscatalog.W013",
            )


def check_sqlite(**_: Any) -> Iterator[checks.CheckMessage]:
    """Ask for a database that takes several writers."""
    database = django_settings.DATABASES.get("default", {})
    mode = str(database.get("OPTIONS", {}).get("transaction_mode") or "DEFERRED").upper()
    if database.get("ENGINE") == SQLITE and mode == "DEFERRED":
        yield checks.Warning(
            "The database is SQLite in deferred mode: of several writers at once some are refused.",
            hint='Use PostgreSQL or MariaDB, or OPTIONS {"transaction_mode": "IMMEDIATE", "timeout": 20}.',
            id="partscatalog.W014",
        )


def check_session_cookie(**_: Any) -> Iterator[checks.CheckMessage]:
    """Ask that other sites' pages do not send the cookie that holds a guest's cart."""
    if str(django_settings.SESSION_COOKIE_SAMESITE).lower() not in {"lax", "strict"}:
        yield checks.Warning(
            "SESSION_COOKIE_SAMESITE lets the pages of other sites send the session's cookie.",
            hint='Set it to "Lax".',
            id="partscatalog.W015",
        )


def _given() -> Any:
    return getattr(django_settings, "PARTSCATALOG", {})


def _name(key: str, *names: object) -> str:
    return "PARTSCATALOG" + "".join(f"[{name!r}]" for name in (key, *names))


def _apps() -> list[str]:
    parents = (config.name.rpartition(".") for config in apps.get_app_configs())
    return [app for parent, _dot, app in parents if parent == "partscatalog"]


def _unknown(place: str, given: Iterable[object], known: Collection[str]) -> Iterator[checks.CheckMessage]:
    for name in given:
        if name not in known:
            near = get_close_matches(str(name), known, n=1, cutoff=0.5)
            yield checks.Warning(
                f"{place} has the unknown key {name!r}; it does nothing.",
                hint=f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(known)}.",
                id="partscatalog.W001",
            )


@cache
def _types() -> dict[str, Any]:
    return get_type_hints(Settings)


def _is_typed(key: str, given: Mapping[str, Any]) -> bool:
    return key not in given or _is_of(given[key], _types()[key])


def _is_of(value: object, wanted: Any) -> bool:
    """Tell whether a value has the type that an annotation means; a list passes for a tuple."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return True
    if origin in {UnionType, Union}:
        return any(_is_of(value, choice) for choice in arguments)
    if origin is tuple:
        return isinstance(value, list | tuple) and _are_of(value, arguments)
    if origin is Mapping:
        name, held = arguments
        return isinstance(value, Mapping) and all(
            _is_of(key, name) and _is_of(item, held) for key, item in value.items()
        )
    return isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))


def _are_of(values: Sequence[object], wanted: tuple[Any, ...]) -> bool:
    if wanted[-1] is Ellipsis:
        return all(_is_of(value, wanted[0]) for value in values)
    return len(values) == len(wanted) and all(map(_is_of, values, wanted))


def _currency() -> Iterator[checks.CheckMessage]:
    if are_typed("CURRENCY") and get_settings().CURRENCY not in money.CURRENCIES:
        near = get_close_matches(get_settings().CURRENCY.upper(), sorted(money.CURRENCIES), n=1)
        yield checks.Error(
            f"{_name('CURRENCY')} is {get_settings().CURRENCY!r}, which is no currency of ISO 4217.",
            hint=f"Did you mean {near[0]!r}?"
            if near
            else "Name one that ISO 4217 lists and shops sell in, such as NGN or EUR.",
            id="partscatalog.E003",
        )


def _rates() -> Iterator[checks.CheckMessage]:
    rates = get_settings().THROTTLES if are_typed("THROTTLES") else {}
    for scope, rate in rates.items():
        if rate is None:
            continue
        try:
            parse_rate(rate)
        except ValueError as error:
            yield checks.Error(
                f"{_name('THROTTLES', scope)}: {error}",
                hint="Write it like '10/min', or None for no limit.",
                id="partscatalog.E004",
            )


def _site_url() -> Iterator[checks.CheckMessage]:
    if are_typed("SITE_URL") and get_settings().SITE_URL and not _is_site(get_settings().SITE_URL):
        yield checks.Error(
            f"{_name('SITE_URL')} is {get_settings().SITE_URL!r}, which is no address of a site.",
            hint="Write scheme and host alone, such as https://shop.example.com.",
            id="partscatalog.E005",
        )


def _numbers() -> Iterator[checks.CheckMessage]:
    for key, kind in _types().items():
        if kind not in {int, timedelta} or not are_typed(key):
            continue
        value = getattr(get_settings(), key)
        least = LEAST.get(key, 1 if kind is int else timedelta(microseconds=1))
        if value < least:
            yield checks.Error(
                f"{_name(key)} is {value}, which is too little.",
                hint=f"The least is {least}.",
                id="partscatalog.E008",
            )
        if value > MOST.get(key, value):
            yield checks.Error(
                f"{_name(key)} is {value}, which is too much.",
                hint=f"The most is {MOST[key]}.",
                id="partscatalog.E008",
            )


def _pages() -> Iterator[checks.CheckMessage]:
    for key in PAGES:
        if are_typed(key) and not _is_page(getattr(get_settings(), key)):
            yield checks.Error(
                f"{_name(key)} is {getattr(get_settings(), key)!r}, which is no address of a page.",
                hint="Write a path such as /paid/, or a whole URL of http or https.",
                id="partscatalog.E009",
            )
    if are_typed("PAYMENTS_PATH") and not re.fullmatch(r"/(?:[^/\s?#]+/)*", get_settings().PAYMENTS_PATH):
        yield checks.Error(
            f"{_name('PAYMENTS_PATH')} is {get_settings().PAYMENTS_PATH!r}, which is no path of URLs.",
            hint="Write it like /api/payments/.",
            id="partscatalog.E009",
        )


def _aliases() -> Iterator[checks.CheckMessage]:
    alias = get_settings().CATALOG_CACHE if are_typed("CATALOG_CACHE") else "default"
    if alias not in django_settings.CACHES:
        near = get_close_matches(alias, django_settings.CACHES, n=1)
        yield checks.Error(
            f"{_name('CATALOG_CACHE')} is {alias!r}, which CACHES does not name.",
            hint=f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(django_settings.CACHES)}.",
            id="partscatalog.E018",
        )


def _is_site(url: str) -> bool:
    parts = _parts(url)
    return parts is not None and parts.path in {"", "/"} and not set("?#@") & set(url)


def _is_page(url: str) -> bool:
    is_path = url.startswith("/") and not url.startswith("//") and not re.search(r"\s", url)
    return not url or is_path or _parts(url) is not None


def _parts(url: str) -> Any:
    """Return the parts of a whole URL of http or https, or nothing when it is none."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole and not re.search(r"\s", url) else None


def _swap(key: str, value: Any, base: str) -> Iterator[checks.CheckMessage]:
    """Look at each dotted path in a value: the value itself, or those in a list or a dict of lists."""
    if isinstance(value, Mapping):
        for paths in value.values():
            yield from _swap(key, paths, base)
        return
    for path in [value] if isinstance(value, str) else value:
        yield from _path(key, path, base)


def _path(key: str, path: str, base: str) -> Iterator[checks.CheckMessage]:
    try:
        found = swap(path)
    except Exception as error:  # noqa: BLE001  # a module may raise anything when it is imported
        yield checks.Error(
            f"{_name(key)}: {path!r} cannot be imported ({type(error).__name__}: {error}).",
            hint="Write the dotted path of a module and what is in it.",
            id="partscatalog.E006",
        )
        return
    if not _keeps_promise(found, base):
        yield checks.Error(
            f"{_name(key)}: {path!r} is not what it has to be.",
            hint=f"Name a subclass of {base}." if base else "Name a function.",
            id="partscatalog.E007",
        )


def _keeps_promise(found: Any, base: str) -> bool:
    if not base:
        return callable(found)
    is_composed = base.startswith("rest_framework.permissions.") and isinstance(found, OperandHolder)
    return is_composed or (isinstance(found, type) and issubclass(found, swap(base)))


def _secret_keys() -> Iterator[tuple[str, str | bytes]]:
    yield "SECRET_KEY", django_settings.SECRET_KEY
    for number, key in enumerate(django_settings.SECRET_KEY_FALLBACKS):
        yield f"SECRET_KEY_FALLBACKS[{number}]", key
