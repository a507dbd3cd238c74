"""The documentation's generated parts are what their sources say."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from partscatalog.conf import KEYS
from partscatalog.payments.states import MOVES, REFUND_MOVES, Review

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).resolve().parents[2] / "docs"
DRAWN = {"payment-states.svg": MOVES, "refund-states.svg": REFUND_MOVES}


def load(path: str) -> ModuleType:
    """Import a script of the documentation, which is no package; it finds those beside it."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, DOCS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with patch.object(sys, "path", [str((DOCS / path).parent), *sys.path]):
        spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", ["architecture", "payments"])
def test_the_drawings_are_what_their_script_draws(script):
    for path, content in load(f"_drawings/{script}.py").drawings().items():
        assert path.read_text() == content


@pytest.mark.parametrize(("name", "table"), DRAWN.items(), ids=DRAWN)
def test_the_drawings_of_states_have_every_move_and_no_other(name, table):
    picture = (DOCS / "explanation" / name).read_text()
    titles = re.findall("<title>(.+?) to (.+?)( and back)?</title>", picture)

    moves = {(source, target) for source, targets, _back in titles for target in targets.split(", ")}
    moves |= {(target, source) for source, target, back in titles if back}
    assert moves == {(source, target) for source, targets in table.items() for target in targets}


def test_the_page_of_payments_shows_every_reason_to_review_and_when_a_gateway_is_asked():
    source = load("_extensions/payments_source.py")

    reasons, times = list(source.reasons()), list(map(source.in_words, source.times()))
    assert [reason.code for reason in reasons] == list(Review)
    assert [reason for reason in reasons if not (reason.text and reason.advice.endswith("."))] == []
    assert (len(times), times[:3], times[-2:]) == (14, ["5 min", "10 min", "20 min"], ["69 h 20 min", "72 h"])


def test_the_settings_page_shows_every_key_with_its_text():
    keys = list(load("_extensions/settings_source.py").keys())

    assert tuple(key.name for key in keys) == KEYS
    assert [key.name for key in keys if not key.text.endswith(".")] == []
    assert {key.name: key.default for key in keys}["THROTTLES"].startswith('{ "login": "10/min"')
