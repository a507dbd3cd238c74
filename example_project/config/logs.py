"""Log records as single lines that carry no personal data."""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
QUERY = re.compile(r"\?[^\s\"]*")


class OneLineFormatter(logging.Formatter):
    """Print a record and, of its exception, the type and the way it came.

    The exception's own text is left out: a database quotes the row that it refused, address and
    all. Control characters are escaped, so that no request can forge a line.
    """

    def formatException(  # noqa: N802 - the name that logging calls
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        steps = traceback.extract_tb(trace)[-6:]
        way = " > ".join(f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in steps)
        return f"[{kind.__name__ if kind else 'no exception'} at {way}]"

    def format(self, record: logging.LogRecord) -> str:
        # Another handler's formatter may have left its full traceback on the record.
        record.exc_text = None
        line = super().format(record)
        record.exc_text = None
        return UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02x}", line.replace("\n[", " ["))


class CutQueries(logging.Filter):
    """Take the query out of the request lines that ``runserver`` prints: it may name a person."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                QUERY.sub("", value) if isinstance(value, str) else value for value in record.args
            )
        return True
