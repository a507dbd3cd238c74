"""Read request bodies: plain JSON without traps, forms and multipart as the same plain dicts."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from partscatalog import strict_json
from partscatalog.api.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

#: A body larger than this is not read, unless it brings a picture. An over-long text of a megabyte still is,
#: so that the refusal can name its field.
MAX_BYTES = 2 * 1024 * 1024


#: What Django puts in place of bytes that are no UTF-8.
REPLACED = "\ufffd"


class Form(dict[str, Any]):
    """The fields of a form, in which a boolean is a word."""


class JSONNumber(float):
    """A JSON number that is not in digits alone and remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> JSONNumber:
        number = super().__new__(cls, text)
        number.text = text
        return number

    @classmethod
    def whole(cls, text: str) -> float:
        """Return a number without a point; minus zero is no integer, whose sign would be lost."""
        return cls(text) if text == "-0" else int(text)


class StrictJSONParser(parsers.JSONParser):
    """JSON in UTF-8 of bounded size and depth, without NaN, NUL characters and lone surrogates."""

    strict = True

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = read_bounded(stream)
        try:
            return strict_json.loads(body.decode(), parse_float=JSONNumber, parse_int=JSONNumber.whole)
        except strict_json.TrapError as trap:
            raise ParseError(str(trap)) from trap
        except ValueError as error:
            raise ParseError(_("The body is not valid JSON.")) from error


class PlainFormParser(parsers.FormParser):
    """A form as a plain dict, so that a field left out means the same as in JSON."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = read_bounded(stream)
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        try:
            data = Form(
                parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=most)
            )
        except UnicodeError as error:
            raise ParseError(_("The form is not valid UTF-8.")) from error
        except ValueError as error:
            raise ParseError from error
        verify_plain(data)
        return data


class PlainMultiPartParser(parsers.MultiPartParser):
    """A multipart body of bounded size as one plain dict of fields and files."""

    @property
    def most_bytes(self) -> int:
        return MAX_BYTES

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = {**(parser_context or {}), "encoding": "utf-8"}
        _verify_length(context["request"], self.most_bytes)
        try:
            parsed: Any = super().parse(stream, media_type, context)
        except (LookupError, UnicodeError, ParseError) as error:
            raise ParseError(_("The body is not valid multipart data.")) from error
        fields = parsed.data.dict()
        if any(REPLACED in text for text in (*fields, *fields.values())):
            raise ParseError(_("The form is not valid UTF-8."))
        verify_plain(fields)
        return Form({**fields, **parsed.files.dict()})


def read_bounded(stream: IO[Any]) -> bytes:
    """Return the whole body.

    :raises TooLarge: when it passes the limit; no more than that is read.
    """
    limit = min(MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or MAX_BYTES)
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise TooLarge
    return body


def verify_plain(data: Any) -> None:
    """Look through parsed data for what no database and no encoder takes.

    :raises ParseError: for nesting too deep, NUL characters, lone surrogates and infinite numbers.
    """
    try:
        strict_json.verify(data)
    except strict_json.TrapError as trap:
        raise ParseError(str(trap)) from trap


def _verify_length(request: Request, most: int) -> None:
    """Refuse by its announced length what would only be written to a temporary file for nothing.

    :raises TooLarge: then.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and int(announced) > most:
        raise TooLarge
