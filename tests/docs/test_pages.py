"""The documentation's generated parts are what their sources say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from partscatalog.conf import KEYS

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).resolve().parents[2] / "docs"


def load(path: str) -> ModuleType:
    """Import a script of the documentation, which is no package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, DOCS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_drawings_are_what_their_script_draws():
    for path, content in load("_drawings/architecture.py").drawings().items():
        assert path.read_text() == content


def test_the_settings_page_shows_every_key_with_its_text():
    keys = list(load("_extensions/settings_source.py").keys())

    assert tuple(key.name for key in keys) == KEYS
    assert [key.name for key in keys if not key.text.endswith(".")] == []
    assert {key.name: key.default for key in keys}["THROTTLES"].startswith('{ "login": "10/min"')
