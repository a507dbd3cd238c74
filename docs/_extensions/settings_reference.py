"""The ``settings-reference`` directive: one section for every key of ``PARTSCATALOG``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings_source import keys
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class SettingsReference(SphinxDirective):
    """Write one section per setting."""

    def run(self) -> list[nodes.Node]:
        page = "\n\n".join(
            f"## {key.name}\n\n{key.text}\n\nType: `{key.type}`. Default: `{key.default}`." for key in keys()
        )
        return self.parse_text_to_nodes(page, allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("settings-reference", SettingsReference)
    return {"parallel_read_safe": True}
