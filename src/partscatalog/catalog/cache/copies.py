"""Copies of kept answers in the process itself, where a site asks for them by ``CATALOG_CACHE_COPY``.

They save the question to the cache, which is most of what a hit costs beside Redis. What this process
changes ends them all; what another one changes is seen when they are over, after a second at most.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from partscatalog.catalog.cache.answers import Answer, Question

#: So many answers have a copy at the same time.
MOST = 128


@dataclass(frozen=True)
class Copies:
    """The copies made since this process changed something.

    Take them before the cache is asked: what was read before a change is then kept where nobody looks.
    """

    #: By encoding and question: the moment when a copy is over, and the answer.
    _kept: dict[tuple[str, str], tuple[float, Answer]] = field(default_factory=dict)

    def find(self, question: Question, encoding: str) -> Answer | None:
        """Return the copy of an answer, unless it is over."""
        over, answer = self._kept.get((encoding, question.text), (0.0, None))
        return answer if time.monotonic() < over else None

    def keep(self, question: Question, encoding: str, answer: Answer) -> None:
        """Make a copy, if the site wants copies."""
        seconds = get_settings().CATALOG_CACHE_COPY.total_seconds()
        if seconds <= 0:
            return
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[encoding, question.text] = (time.monotonic() + seconds, answer)


@dataclass
class _Process:
    copies: Copies = field(default_factory=Copies)


_process = _Process()


def current() -> Copies:
    """Return the copies made since the last change."""
    return _process.copies


def forget() -> None:
    """End all copies: something changed."""
    _process.copies = Copies()
