"""The settings as ``conf.py`` writes them: name, type, default and the ``#:`` lines above."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partscatalog import conf

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Key:
    """One setting as the page shows it."""

    name: str
    type: str
    default: str
    text: str


def keys() -> Iterator[Key]:
    """Yield the settings in the order of the file, each with the ``#:`` lines above it."""
    source = inspect.getsource(conf)
    module = ast.parse(source)
    constants = _constants(module)
    for field in _fields(module):
        yield Key(
            name=ast.unparse(field.target),
            type=ast.unparse(field.annotation),
            default=_default(field, constants, source),
            text=_comment_above(source.splitlines(), field.lineno - 1),
        )


def _fields(module: ast.Module) -> Iterator[ast.AnnAssign]:
    for node in module.body:
        if isinstance(node, ast.ClassDef) and node.name == "Settings":
            yield from (entry for entry in node.body if isinstance(entry, ast.AnnAssign))


def _constants(module: ast.Module) -> dict[str, ast.expr]:
    return {
        node.target.id: node.value
        for node in module.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
    }


def _default(field: ast.AnnAssign, constants: dict[str, ast.expr], source: str) -> str:
    """Return the default as a site would write it, without ``field(default_factory=...)`` around it."""
    value = field.value or ast.Constant(None)
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        factory = value.keywords[0].value
        value = factory.body if isinstance(factory, ast.Lambda) else ast.Dict([], [])
    if isinstance(value, ast.Name):
        value = constants[value.id]
    written = ast.get_source_segment(source, value) if hasattr(value, "lineno") else "{}"
    return " ".join(str(written).split())


def _comment_above(lines: list[str], index: int) -> str:
    words: list[str] = []
    while lines[index - 1].lstrip().startswith("#:"):
        index -= 1
        words.insert(0, lines[index].lstrip().removeprefix("#:").strip())
    return " ".join(words)
