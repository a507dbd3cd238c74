"""The public reads of the catalog: kept answers first, then rows made into bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import get_language
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

import partscatalog
from partscatalog.api import encodings
from partscatalog.api.pagination import PARAMETERS, asked_parameters
from partscatalog.api.renderers import PlainJSONRenderer
from partscatalog.api.swaps import is_swapped
from partscatalog.catalog.api.access import CatalogView, has_permissions_of_the_site
from partscatalog.catalog.api.rows import show_groups
from partscatalog.catalog.api.serializers import show
from partscatalog.catalog.cache import answers
from partscatalog.catalog.cache.answers import Built, Question, Shows
from partscatalog.catalog.search import setup
from partscatalog.conf import get_settings, swap
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from rest_framework.request import Request

    from partscatalog.api.pagination import Keyset

READS = frozenset({"GET", "HEAD"})


class ReadView(CatalogView):
    """A public read. ``serializer`` names what it shows, ``parameters`` what it can be asked for."""

    shows: ClassVar[Shows]
    serializer: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]] = ()
    is_open: ClassVar[bool] = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer a hit before anything else is asked, unless the site has permissions to ask first."""
        if request.method in READS and not has_permissions_of_the_site() and encodings.is_utf_8(request):
            kept = answers.find(request, self.question(request))
            if kept is not None:
                return kept
        return super().dispatch(request, *args, **kwargs)

    def answer(self, request: Request, **path: str) -> HttpResponse:
        """Return the kept answer, else the one built from the database."""
        plain = request._request
        question = self.question(plain)
        kept = answers.find(plain, question) if has_permissions_of_the_site() else None
        if kept is not None:
            return kept
        return answers.give(plain, question, lambda: self.build(request, **path))

    def build(self, request: Request, **path: str) -> Built:
        """Return the answer made from the database.

        :raises NotFound: when there is no such thing.
        :raises ValidationError: when a parameter has a value that it does not know.
        """
        raise NotImplementedError

    def question(self, request: HttpRequest) -> Question:
        """Return what is asked: all that can change the answer, and nothing else."""
        asked = asked_parameters(request.GET, self.parameters)
        names = {name for name, _value in asked}
        shows = self._shown(names)
        is_full_text = "search" in names and setup.is_ready(DEFAULT_DB_ALIAS)
        text = repr([request.path, asked, is_full_text, *self._surroundings(request)])
        return Question(shows, text, "" if self.is_open else request.path)

    def _shown(self, names: Collection[str]) -> Shows:
        """Return what the answer shows; how far a site's own serializer looks it must say."""
        path = get_settings().SERIALIZERS.get(self.serializer)
        if path and swap(path).looks_beyond:
            return Shows.ANYTHING
        return Shows.STOCKS if "in_stock" in names else self.shows

    def _surroundings(self, request: HttpRequest) -> Iterable[str]:
        """Yield what the answer depends on beside the request: a site's serializer may translate."""
        settings = get_settings()
        yield partscatalog.__version__
        yield settings.CURRENCY
        yield settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
        path = settings.SERIALIZERS.get(self.serializer)
        if path:
            yield path
            yield get_language() or ""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Leave a kept answer as it is; it carries its own headers."""
        if isinstance(response, Response):
            return super().finalize_response(request, response, *args, **kwargs)
        return response


class GroupsView(ReadView):
    """Categories or brands, made of rows unless the site has a serializer of its own for them."""

    shows = Shows.GROUPS
    columns: ClassVar[tuple[str, ...]]

    def groups(self) -> QuerySet[Any]:
        """Return those that may be shown."""
        raise NotImplementedError

    def rows(self, *more: str) -> QuerySet[Any, Any]:
        """Return what :meth:`show` makes an answer of, with more columns where it is needed for the order."""
        return self.groups() if is_swapped(self.serializer) else self.groups().values(*self.columns, *more)

    def show(self, found: list[Any], request: Request) -> list[Any]:
        if is_swapped(self.serializer):
            shown: list[Any] = show(self.serializer, found, request)
            return shown
        return show_groups(found, self.columns)


class GroupListView(GroupsView):
    """A list of categories or brands."""

    parameters = PARAMETERS
    pages: ClassVar[Keyset]

    def build(self, request: Request, **path: str) -> Built:
        page = self.pages.asked(request, self.rows(*set(self.pages.ordering) - {*self.columns}))
        return Built(rendered(self.show(page.rows, request)), headers=page.headers(request))


class GroupView(GroupsView):
    """One category or brand."""

    is_open = False

    def build(self, request: Request, **path: str) -> Built:
        (slug,) = path.values()
        (shown,) = self.show([one(self.rows(), slug)], request)
        return Built(rendered(shown))


def rendered(data: Any) -> bytes:
    """Return the data as JSON; what JSON has no word for is written as Django REST framework writes it."""
    try:
        return orjson.dumps(data, default=JSONEncoder().default, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        # A whole number of more than 64 bits, or a key that is no text.
        body: bytes = PlainJSONRenderer().render(data)
        return body


def one(rows: QuerySet[Any], slug: str) -> Any:
    """Return the row of exactly this slug; a database may ignore letter case.

    :raises NotFound: when there is none.
    """
    row = rows.filter(slug=slug).first()
    found = row["slug"] if isinstance(row, dict) else getattr(row, "slug", None)
    if found != slug:
        raise NotFound
    return row
