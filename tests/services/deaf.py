"""The demo site for controls: while a file is there it tells nobody what it finds in the rows of changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.wsgi import application
from partscatalog.catalog.cache import changes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["application"]

tell = changes._tell_untold


def tell_unless_deaf(rows: Sequence[Any]) -> None:
    if not Path(os.environ["DEAF"]).exists():
        tell(rows)


changes._tell_untold = tell_unless_deaf
