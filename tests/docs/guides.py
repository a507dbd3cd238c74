"""The blocks of the documentation that are marked to be run."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"<!-- run: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def blocks(page: str) -> dict[str, str]:
    """Return the page's marked blocks by name; blocks of one name are one text, in their order."""
    found: dict[str, str] = {}
    for name, text in BLOCK.findall((DOCS / page).read_text()):
        found[name] = found.get(name, "") + text
    return found
