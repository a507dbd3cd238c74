"""The ``review-reasons`` and ``reconcile-schedule`` directives, made from the payments' code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments_source import in_words, reasons, times
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class ReviewReasons(SphinxDirective):
    """Write one row per reason."""

    def run(self) -> list[nodes.Node]:
        rows = [f"| `{why.code}` | {why.text} | {why.advice} | {why.action} |" for why in reasons()]
        table = ["| reason | what happened | what to do | besides a refund |", "|---|---|---|---|", *rows]
        return self.parse_text_to_nodes("\n".join(table))


class ReconcileSchedule(SphinxDirective):
    """Write the times in one sentence."""

    def run(self) -> list[nodes.Node]:
        *most, last = map(in_words, times())
        return self.parse_text_to_nodes(
            f"An attempt without money is asked about {', '.join(most)} and {last} after it began."
        )


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("review-reasons", ReviewReasons)
    app.add_directive("reconcile-schedule", ReconcileSchedule)
    return {"parallel_read_safe": True}
