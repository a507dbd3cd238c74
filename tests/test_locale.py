"""The French catalogue has every text of the package, and is what the wheel ships."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import override
from rest_framework import exceptions, fields, serializers

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "partscatalog"
FRENCH = PACKAGE / "locale" / "fr" / "LC_MESSAGES"
MARKS = {"_", "gettext", "gettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
#: The texts of DRF that our views answer; a site that follows the install guide has none of its catalogues.
DRF: list[Any] = [
    exceptions.ParseError.default_detail,
    exceptions.AuthenticationFailed.default_detail,
    exceptions.NotAuthenticated.default_detail,
    exceptions.PermissionDenied.default_detail,
    exceptions.NotFound.default_detail,
    exceptions.MethodNotAllowed.default_detail,
    exceptions.UnsupportedMediaType.default_detail,
    exceptions.Throttled.default_detail,
    exceptions.Throttled.extra_detail_singular,
    exceptions.Throttled.extra_detail_plural,
    *fields.Field.default_error_messages.values(),
    *(fields.CharField.default_error_messages[name] for name in ("invalid", "blank", "max_length")),
    *fields.BooleanField.default_error_messages.values(),
    *(fields.FileField.default_error_messages[name] for name in ("required", "invalid", "no_name", "empty")),
    *serializers.Serializer.default_error_messages.values(),
]


def marked() -> Iterator[str]:
    """Yield what the modules mark for translation."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                count = 2 if node.func.id in {"ngettext", "ngettext_lazy"} else int(node.func.id in MARKS)
                for argument in node.args[:count]:
                    assert isinstance(argument, ast.Constant), f"{path}:{node.lineno} is not plain text."
                    yield str(argument.value)


def written() -> Iterator[str]:
    """Yield what the templates mark for translation."""
    engine: Any = engines["django"]
    for path in [*PACKAGE.rglob("templates/**/*.html"), *PACKAGE.rglob("templates/**/*.txt")]:
        nodes = engine.engine.from_string(path.read_text()).nodelist
        for node in nodes.get_nodes_by_type((TranslateNode, BlockTranslateNode)):
            if isinstance(node, BlockTranslateNode):
                yield node.render_token_list(node.singular)[0]
            else:
                yield node.filter_expression.var.literal


@dataclass(frozen=True)
class Entry:
    """A text of the catalogue, its plural where it counts something, and the French ones."""

    text: str
    plural: str | None
    translations: list[str]


def entries() -> Iterator[Entry]:
    """Yield the catalogue as its source says; the first block is its header."""
    for block in (FRENCH / "django.po").read_text().split("\n\n")[1:]:
        assert "fuzzy" not in block
        lines = re.findall(r'^(msgid|msgid_plural|msgstr)(?:\[\d\])? (".*")$', block, re.MULTILINE)
        texts: dict[str, list[str]] = {"msgid_plural": []}
        for kind, text in lines:
            texts.setdefault(kind, []).append(ast.literal_eval(text))
        yield Entry(texts["msgid"][0], next(iter(texts["msgid_plural"]), None), texts["msgstr"])


ENTRIES = list(entries())


def test_every_text_of_the_package_has_a_french_one_and_no_other_has():
    known = [entry.text for entry in ENTRIES] + [entry.plural for entry in ENTRIES if entry.plural]

    needed = {*marked(), *written(), *map(str, DRF)}
    assert set(known) == needed
    assert len(known) == len(set(known))
    assert len(set(written())) > 20


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.text)
def test_a_translation_says_the_same_things(entry):
    assert len(entry.translations) == (2 if entry.plural else 1)
    for translation in entry.translations:
        assert translation == translation.strip() != ""
        assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(entry.text))
        assert translation.endswith(".") == entry.text.endswith(".")


def test_what_is_shipped_was_made_from_the_source():
    """Nobody needs gettext's tools: the compiled file is in the repository and in the wheel."""
    compiled = (FRENCH / "django.mo").read_bytes()
    shipped = GNUTranslations(BytesIO(compiled))

    count = int.from_bytes(compiled[8:12], "little")
    assert count == len(ENTRIES) + 1
    for entry in ENTRIES:
        if entry.plural is None:
            assert shipped.gettext(entry.text) == entry.translations[0]
        else:
            assert [shipped.ngettext(entry.text, entry.plural, n) for n in (1, 2)] == entry.translations


@pytest.mark.parametrize("text", DRF, ids=str)
def test_a_text_of_drf_is_french_without_its_app(settings, text):
    assert "rest_framework" not in settings.INSTALLED_APPS
    with override("en"):
        english = str(text)

    with override("fr"):
        assert str(text) != english
