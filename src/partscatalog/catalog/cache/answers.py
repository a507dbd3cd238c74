"""Answers of public reads: kept as the bytes that go out, with their ETag, and used while nothing ended them.

A hit is one question to the cache: the answer, the number of the last change, and whether it is time to look
for changes that the cache was not told of. When the number has moved on since the answer's rows were read,
the changes between are looked at: one that does not reach the answer leaves it as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.utils.http import parse_etags

from partscatalog.catalog.cache import changes, copies, flights, store
from partscatalog.catalog.models import CatalogChange
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.http import HttpRequest

Reach = CatalogChange.Reach

#: Smaller bodies are not worth compressing.
LEAST_GZIP = 512
#: Lists are kept in so many places, whatever strangers ask for: a new one takes the place of an old one.
PLACES = 4_096
#: So many answers of one path are kept beside each other: for hosts and languages, which strangers choose.
SIDES = 16
#: How long others wait for the one who builds, and how often they look.
WAIT_SECONDS = 1.0
LOOK_SECONDS = 0.01

MOST_HEADER = 4_096
#: How a client says of an encoding that it does not take it.
REFUSED = re.compile(r"q\s*=\s*0(?:\.0*)?", re.ASCII)


class Shows(StrEnum):
    """What an answer shows, which says what change ends it."""

    #: Categories or brands.
    GROUPS = "groups"
    #: One product.
    PRODUCT = "product"
    #: A list of products.
    PRODUCTS = "products"
    #: A list or figures that follow from stocks.
    STOCKS = "stocks"
    #: Whatever a site's own serializer makes of them.
    ANYTHING = "anything"


@dataclass(frozen=True)
class Question:
    """What is asked: two requests of equal text get the same answer."""

    shows: Shows
    text: str
    #: The path where there is one answer of it, empty where there may be any number, as of lists.
    path: str = ""


@dataclass(frozen=True)
class Built:
    """A body made from the database, and the products that it shows."""

    body: bytes
    product_ids: Iterable[int] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A body as it goes out in one encoding."""

    body: bytes
    etag: str
    headers: Mapping[str, str]


def find(request: HttpRequest, question: Question) -> HttpResponse | None:
    """Return the kept answer if there is one that nothing has ended.

    None also where the cache is away, or the database when changes were to be looked for there.
    """
    if not _is_on():
        return None
    encoding = _encoding(request)
    mine = copies.current()
    copy = mine.find(question, encoding)
    if copy is not None:
        return _respond(request, copy)
    try:
        place = _Place.of(question, encoding)
        if "HTTP_IF_NONE_MATCH" in request.META:
            about, _number = _current(place)
            if about is not None and _is_known(request, about.etag):
                return _respond(request, Answer(b"", about.etag, about.headers))
        answer, _number = _look(place)
    except (store.Away, DatabaseError):
        return None
    if answer is None:
        return None
    mine.keep(question, encoding, answer)
    return _respond(request, answer)


def give(request: HttpRequest, question: Question, build: Callable[[], Built]) -> HttpResponse:
    """Build the answer that :func:`find` did not find, once for all that wait for it, and keep it."""
    encoding = _encoding(request)
    if not _is_on():
        return _respond(request, _finish(build(), encoding))
    place = _Place.of(question, encoding)
    return _respond(request, flights.share(place.text, lambda: _once(place, build)))


@dataclass(frozen=True)
class _Place:
    """Where an answer is kept: its body, and beside it what is needed to judge it."""

    text: str
    name: str
    shows: Shows
    encoding: str

    @classmethod
    def of(cls, question: Question, encoding: str) -> _Place:
        digest = _digest(f"{encoding} {question.text}")
        chance, path = int(digest[:8], 16), question.path
        name = f"{_digest(path)}-{encoding}{chance % SIDES:x}" if path else f"{chance % PLACES:x}"
        return cls(digest, name, question.shows, encoding)

    @property
    def about(self) -> str:
        return f"about:{self.name}"

    @property
    def body(self) -> str:
        return f"body:{self.name}"

    @property
    def lock(self) -> str:
        """Who builds another answer that has the same place is not waited for."""
        return f"lock:{self.text}"


class _About(NamedTuple):
    """What is kept beside a body: whose it is, the number it was read at, until when, and what it shows."""

    text: str
    number: int
    until: float
    ids: list[int]
    etag: str
    headers: dict[str, str]


def _look(place: _Place) -> tuple[Answer | None, int]:
    """Return the kept answer and the number of the last change; no answer where a change ended it."""
    found = store.get_many([place.about, place.body, changes.NUMBER, changes.DRAINED])
    about, number = _judge(place, found)
    body = found.get(place.body)
    if about is None or body is None or not body.startswith(about.etag.encode()):
        return None, number
    return Answer(body[len(about.etag) :], about.etag, about.headers), number


def _current(place: _Place) -> tuple[_About | None, int]:
    """Return what is kept beside the body, without the body, as :func:`_look` does."""
    return _judge(place, store.get_many([place.about, changes.NUMBER, changes.DRAINED]))


def _judge(place: _Place, found: dict[str, Any]) -> tuple[_About | None, int]:
    if changes.DRAINED not in found and store.add(changes.DRAINED, 1, changes.DRAIN_SECONDS):
        changes.drain()
        found = {**found, **store.get_many([changes.NUMBER])}
    number, kept = changes.current(found), found.get(place.about)
    if kept is None or kept[0] != place.text:
        return None, number
    about = _About(*kept)
    left = about.until - time.time()
    if left <= 0:
        return None, number
    if about.number == number:
        return about, number
    lately = changes.remembered(about.number, number)
    if lately is not None:
        return None if _is_reached(about, place.shows, lately) else about, number
    if _is_reached(about, place.shows, changes.between(about.number, number)):
        return None, number
    store.set_many({place.about: list(about._replace(number=number))}, left)
    return about, number


def _is_reached(about: _About, shows: Shows, entries: Iterable[changes.Entry] | None) -> bool:
    ids = frozenset(about.ids)
    return entries is None or any(_reaches(shows, ids, entry) for entry in entries)


def _reaches(shows: Shows, ids: frozenset[int], entry: changes.Entry) -> bool:
    reach, products = entry
    if reach == Reach.ALL or shows is Shows.ANYTHING:
        return True
    if shows is Shows.GROUPS:
        return False
    if products is None or (reach == Reach.LISTED and shows is not Shows.PRODUCT):
        return True
    if reach == Reach.STOCK and shows is Shows.STOCKS:
        return True
    return not ids.isdisjoint(products)


def _once(place: _Place, build: Callable[[], Built]) -> Answer:
    """Build the answer unless another process does, for which it waits a bounded time."""
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            is_mine = store.add(place.lock, 1, WAIT_SECONDS)
            try:
                # Looked at again: it may have been built between the look and the lock.
                answer, number = _look(place)
                if answer is not None:
                    return answer
                if is_mine or time.monotonic() > deadline:
                    return _build(place, build, number)
            finally:
                if is_mine:
                    with suppress(store.Away):
                        store.delete(place.lock)
            time.sleep(LOOK_SECONDS)
    except store.Away:
        return _finish(build(), place.encoding)


def _build(place: _Place, build: Callable[[], Built], number: int) -> Answer:
    """Build the answer and keep it under the number that was read before its rows were."""
    built = build()
    answer = _finish(built, place.encoding)
    seconds, ids = _seconds(), sorted(built.product_ids)
    about = _About(place.text, number, time.time() + seconds, ids, answer.etag, dict(answer.headers))
    kept = {place.about: list(about), place.body: answer.etag.encode() + answer.body}
    with suppress(store.Away):
        store.set_many(kept, seconds)
    return answer


def _finish(built: Built, encoding: str) -> Answer:
    """Return the answer in its encoding; its ETag stands for the headers too, which a 304 does not repeat."""
    headers = repr(sorted(built.headers.items())).encode()
    digest = hashlib.blake2b(headers + built.body, digest_size=12).hexdigest()
    if encoding == "gzip" and len(built.body) >= LEAST_GZIP:
        body = gzip.compress(built.body, 6, mtime=0)
        return Answer(body, f'"{digest}-gz"', built.headers)
    return Answer(built.body, f'"{digest}"', built.headers)


def _respond(request: HttpRequest, answer: Answer) -> HttpResponse:
    response: HttpResponse
    if _is_known(request, answer.etag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(answer.body, content_type="application/json")
        if answer.etag.endswith('-gz"'):
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(answer.body))
        for name, value in answer.headers.items():
            response.headers[name] = value
    response.headers["ETag"] = answer.etag
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Language, Accept-Encoding"
    return response


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Tell whether the caller has this very body, compared weakly as RFC 9110 wants it for reads."""
    header = request.META.get("HTTP_IF_NONE_MATCH", "")
    if not header or len(header) > MOST_HEADER:
        return False
    known = parse_etags(header)
    return known == ["*"] or etag in {tag.removeprefix("W/") for tag in known}


def _encoding(request: HttpRequest) -> str:
    """Return gzip where the caller takes it, else nothing."""
    takes: dict[str, bool] = {}
    for part in request.META.get("HTTP_ACCEPT_ENCODING", "").lower().split(","):
        name, _, quality = part.partition(";")
        takes[name.strip()] = not REFUSED.fullmatch(quality.strip())
    return "gzip" if takes.get("gzip", takes.get("*", False)) else ""


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _seconds() -> float:
    return get_settings().CATALOG_CACHE_LIFETIME.total_seconds()


def _is_on() -> bool:
    """Tell whether answers are kept; never inside a transaction, which may see what is not committed."""
    return _seconds() > 0 and not transaction.get_connection().in_atomic_block
