"""JSON without traps: bounded depth, and numbers and characters that every database and encoder takes."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 32
#: What is said of a part of a form; a whole body is told more exactly.
TRAPPED = gettext_lazy("This holds deep nesting, too large a number, or a character that is not allowed.")


class TrapError(ValueError):
    """JSON that parses and yet cannot be kept; the text says why."""


def loads(
    text: str,
    *,
    parse_float: Callable[[str], float] = float,
    parse_int: Callable[[str], float] = int,
) -> Any:
    """Return what the text says.

    :raises ValueError: when it is no JSON, NaN and infinity included, or nested beyond the parser.
    :raises TrapError: for what :func:`verify` refuses.
    """
    try:
        data = json.loads(text, parse_constant=_refuse, parse_float=parse_float, parse_int=parse_int)
    except RecursionError as error:
        raise ValueError("The nesting is too deep to be read.") from error
    verify(data)
    return data


def verify(data: Any) -> None:
    """Look through parsed data for what no database and no encoder takes.

    :raises TrapError: for nesting too deep, NUL characters, lone surrogates and infinite numbers.
    """
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise TrapError(_("The body is nested too deeply."))
        if isinstance(value, str):
            _verify_text(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise TrapError(_("The body holds a number that is too large."))
        elif isinstance(value, dict):
            for key in value:
                _verify_text(str(key))
            waiting += [(item, depth + 1) for item in value.values()]
        elif isinstance(value, list | tuple):
            waiting += [(item, depth + 1) for item in value]


def _verify_text(text: str) -> None:
    if "\x00" in text or not _is_encodable(text):
        raise TrapError(_("The body holds a character that is not allowed."))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number.")
