"""Write answers as JSON, the same whatever the host has set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import renderers
from rest_framework.negotiation import BaseContentNegotiation

if TYPE_CHECKING:
    from rest_framework.request import Request


class PlainJSONRenderer(renderers.JSONRenderer):
    """Compact UTF-8 JSON; NaN is an error here, never an answer."""

    compact = True
    ensure_ascii = False
    strict = True


class OneRenderer(BaseContentNegotiation):
    """Answer with the view's one renderer whatever ``Accept`` says; parse by ``Content-Type``."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        for parser in parsers:
            if _matches(parser.media_type, request.content_type):
                return parser
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def _matches(media_type: str, content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == media_type
