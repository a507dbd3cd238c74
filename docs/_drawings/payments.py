"""Draw the states of payments and refunds from the code's tables: ``python docs/_drawings/payments.py``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shapes import Box, arrow, drawing, text

from partscatalog.payments.states import GIVEN_BACK, HOLDING, MOVES, REFUND_MOVES, SETTLED, RefundState, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
REFUND_PLACES = {
    RefundState.CREATED: (20, 134, "the gateway is asked"),
    RefundState.UNKNOWN: (325, 20, "no answer came"),
    RefundState.PENDING: (325, 248, "on its way"),
    RefundState.SUCCEEDED: (630, 248, "the buyer has it"),
    RefundState.FAILED: (630, 20, "nothing is given back"),
}
FRAME = Box(left=730, top=40, width=455, height=380, name="", note="", color="outside")


def _box(state: State) -> Box:
    color = "catalog" if state in SETTLED else "cart" if state in HOLDING else "shared"
    return _place(state, PLACES[state], color)


def _refund_box(state: RefundState) -> Box:
    return _place(state, REFUND_PLACES[state], "catalog" if state in GIVEN_BACK else "shared")


def _place(name: str, place: tuple[int, int, str], color: str) -> Box:
    left, top, note = place
    return Box(left=left, top=top, width=WIDTH, height=HEIGHT, name=name, note=note, color=color)


def _moves() -> Iterator[str]:
    """Yield the arrows of payments; one to the frame stands for all of the states in it."""
    framed = [state for state in State if state not in SETTLED and MOVES[state] >= SETTLED]
    yield from map(_move_into_the_frame, framed)
    left = {state: MOVES[state] - (SETTLED if state in framed else set()) for state in State}
    yield from _arrows({state: _box(state) for state in State}, left)


def _arrows(boxes: Mapping[str, Box], moves: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for source in boxes:
        for target in sorted(moves[source]):
            is_both_ways = source in moves[target]
            if not is_both_ways or source < target:
                yield _move(boxes[source], boxes[target], is_both_ways=is_both_ways)


def _move(one: Box, other: Box, *, is_both_ways: bool) -> str:
    return arrow(
        start=one.edge(other.center),
        end=other.edge(one.center),
        is_both_ways=is_both_ways,
        meaning=f"{one.name} to {other.name}" + (" and back" if is_both_ways else ""),
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


def refund_states() -> str:
    """Return the states of refunds with an arrow for every move of their table."""
    boxes = {state: _refund_box(state) for state in RefundState}
    parts = [*_arrows(boxes, REFUND_MOVES), *(box.svg() for box in boxes.values())]
    return drawing(width=830, height=320, title="The states of a refund and their moves", parts=parts)


def drawings() -> dict[Path, str]:
    """Return what each file of the page has to hold."""
    return {PAGES / "payment-states.svg": states(), PAGES / "refund-states.svg": refund_states()}


if __name__ == "__main__":
    for path, content in drawings().items():
        path.write_text(content)
