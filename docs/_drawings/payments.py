"""Draw the states of a payment from the code's table: ``python docs/_drawings/payments.py``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shapes import Box, arrow, drawing, text

from partscatalog.payments.states import HOLDING, MOVES, SETTLED, State

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = Path(__file__).resolve().parent.parent / "explanation"
WIDTH, HEIGHT = 180, 52

#: Where each state stands, and what it means.
PLACES = {
    State.CREATED: (20, 204, "the gateway is asked"),
    State.OPEN: (255, 60, "there is a page to pay on"),
    State.UNKNOWN: (255, 348, "no answer came"),
    State.FAILED: (490, 128, "may still be paid"),
    State.EXPIRED: (490, 280, "may still be paid"),
    State.PAID: (750, 90, "the order is paid"),
    State.PARTIALLY_REFUNDED: (985, 90, "some of it is back"),
    State.DISPUTED: (750, 330, "the bank wants it back"),
    State.REFUNDED: (985, 330, "all of it is back"),
}
FRAME = Box(left=730, top=40, width=455, height=380, name="", note="", color="outside")


def _box(state: State) -> Box:
    left, top, note = PLACES[state]
    color = "catalog" if state in SETTLED else "cart" if state in HOLDING else "shared"
    return Box(left=left, top=top, width=WIDTH, height=HEIGHT, name=state, note=note, color=color)


def _moves() -> Iterator[str]:
    """Yield the arrows; one to the frame stands for all of the states in it."""
    for source in State:
        targets = MOVES[source]
        if source not in SETTLED and targets >= SETTLED:
            yield _move_into_the_frame(source)
            targets = targets - SETTLED
        for target in sorted(targets):
            is_both_ways = source in MOVES[target]
            if not is_both_ways or source < target:
                yield _move(source, target, is_both_ways=is_both_ways)


def _move(source: State, target: State, *, is_both_ways: bool) -> str:
    one, other = _box(source), _box(target)
    return arrow(
        start=one.edge(other.center),
        end=other.edge(one.center),
        is_both_ways=is_both_ways,
        meaning=f"{source} to {target}" + (" and back" if is_both_ways else ""),
    )


def _move_into_the_frame(source: State) -> str:
    box = _box(source)
    _, height = box.center
    meaning = f"{source} to {', '.join(sorted(SETTLED))}"
    return arrow(start=(box.left + box.width, height), end=(FRAME.left - 1, height), meaning=meaning)


def states() -> str:
    """Return the states with an arrow for every move of the table."""
    title = text("the money came", x=FRAME.center[0], y=FRAME.top + 26, size=15, weight=700)
    boxes = [_box(state).svg() for state in State]
    parts = [FRAME.svg(), title, *_moves(), *boxes]
    return drawing(width=1205, height=440, title="The states of a payment and their moves", parts=parts)


def drawings() -> dict[Path, str]:
    """Return what each file of the page has to hold."""
    return {PAGES / "payment-states.svg": states()}


if __name__ == "__main__":
    for path, content in drawings().items():
        path.write_text(content)
