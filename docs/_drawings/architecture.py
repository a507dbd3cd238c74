"""Draw the two pictures of the architecture page: ``python docs/_drawings/architecture.py``."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent / "explanation"
FONT = "font-family='system-ui, sans-serif'"
COLORS = {
    "accounts": "#e8def8",
    "catalog": "#d7ecd9",
    "cart": "#fdeec4",
    "orders": "#fddcc9",
    "payments": "#d3e6fb",
    "shared": "#eceff1",
    "outside": "#ffffff",
}

LAYERS = [
    [("urls", "the combined include", "shared")],
    [("payments", "gateways, payments, events; one apply()", "payments")],
    [("orders", "placing, states, history, expiry, mails", "orders")],
    [("cart", "carts, lines, merge", "cart")],
    [
        ("catalog", "categories, brands, products, images, stock", "catalog"),
        ("accounts", "register, login, tokens", "accounts"),
    ],
    [
        ("api", "errors, pages, throttles, JWT, visitor", "shared"),
        ("jobs", "after the commit: Celery or inline", "shared"),
    ],
    [("conf", "the typed settings", "shared"), ("transactions", "retries, savepoints", "shared")],
    [("exceptions", "", "shared"), ("money", "", "shared"), ("numbers", "", "shared")],
]

FLOWS = [
    (
        "Add to cart",
        [
            ("cart/api", "shape in", "cart"),
            ("api/visitor", "whose cart?", "shared"),
            ("cart/services", "add the line", "cart"),
            ("catalog", "visible? enough?", "catalog"),
        ],
    ),
    (
        "Place an order",
        [
            ("orders/api", "shape in", "orders"),
            ("api/visitor", "whose cart?", "shared"),
            ("orders/services", "one transaction: the order", "orders"),
            ("catalog/services", "stock.take, movements", "catalog"),
            ("after the commit", "signals, mail", "outside"),
        ],
    ),
    (
        "Start a payment",
        [
            ("payments/api", "shape in", "payments"),
            ("payments/services", "1st transaction: payment row", "payments"),
            ("the gateway", "outside any transaction", "outside"),
            ("payments/services", "2nd transaction: its answer", "payments"),
        ],
    ),
    (
        "Learn of a payment",
        [
            ("payments/api", "webhook or verify", "payments"),
            ("payments/services", "apply: lock, compare, move", "payments"),
            ("orders/services", "mark_paid, once", "orders"),
            ("after the commit", "signals, mail", "outside"),
        ],
    ),
]


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box with a name and a line below it."""

    left: int
    top: int
    width: int
    height: int
    name: str
    note: str
    color: str

    def svg(self) -> str:
        middle = self.left + self.width // 2
        line = self.top + self.height // 2 + (5 if not self.note else -3)
        parts = [self._outline(), _text(self.name, x=middle, y=line, size=15, weight=600)]
        if self.note:
            parts.append(_text(self.note, x=middle, y=line + 18, size=12))
        return "".join(parts)

    def _outline(self) -> str:
        return (
            f"<rect x='{self.left}' y='{self.top}' width='{self.width}' height='{self.height}' rx='6'"
            f" fill='{COLORS[self.color]}' stroke='#546e7a'/>"
        )


def _text(text: str, *, x: int, y: int, size: int, weight: int = 400, anchor: str = "middle") -> str:
    return (
        f"<text x='{x}' y='{y}' font-size='{size}' font-weight='{weight}' text-anchor='{anchor}'"
        f" fill='#263238' {FONT}>{escape(text)}</text>"
    )


def _arrow(*, start: tuple[int, int], end: tuple[int, int]) -> str:
    return (
        f"<line x1='{start[0]}' y1='{start[1]}' x2='{end[0]}' y2='{end[1]}'"
        " stroke='#546e7a' stroke-width='1.5' marker-end='url(#tip)'/>"
    )


def _drawing(*, width: int, height: int, title: str, parts: list[str]) -> str:
    body = "\n  ".join(parts)
    return f"""<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'
  role='img' aria-label='{title}'>
  <defs>
    <marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='8' markerHeight='8' orient='auto'>
      <path d='M0 0 L8 4 L0 8 z' fill='#546e7a'/>
    </marker>
  </defs>
  <rect width='{width}' height='{height}' fill='#ffffff'/>
  {body}
</svg>
"""


def apps() -> str:
    """Return the layers, each of which may import what stands below it."""
    width, height, step, gap = 680, 52, 78, 16
    parts = []
    for row, layer in enumerate(LAYERS):
        top = 20 + row * step
        box_width = (width - 40 - gap * (len(layer) - 1)) // len(layer)
        for column, (name, note, color) in enumerate(layer):
            left = 20 + column * (box_width + gap)
            box = Box(left=left, top=top, width=box_width, height=height, name=name, note=note, color=color)
            parts.append(box.svg())
        if row:
            parts.append(_arrow(start=(width // 2, top - step + height), end=(width // 2, top - 1)))
    return _drawing(
        width=width, height=20 + len(LAYERS) * step, title="The apps and who may import whom", parts=parts
    )


def flows() -> str:
    """Return the four ways through the apps, one a row."""
    width, height, step, gap = 190, 56, 118, 28
    parts = []
    for row, (title, boxes) in enumerate(FLOWS):
        top = 48 + row * step
        parts.append(_text(title, x=20, y=top - 14, size=15, weight=700, anchor="start"))
        for column, (name, note, color) in enumerate(boxes):
            left = 20 + column * (width + gap)
            parts.append(
                Box(left=left, top=top, width=width, height=height, name=name, note=note, color=color).svg()
            )
            if column:
                middle = top + height // 2
                parts.append(_arrow(start=(left - gap, middle), end=(left - 1, middle)))
    total = 40 + 5 * width + 4 * gap
    return _drawing(
        width=total, height=20 + len(FLOWS) * step, title="How a request goes through the apps", parts=parts
    )


def drawings() -> dict[Path, str]:
    """Return what each file of the page has to hold."""
    return {PAGES / "apps.svg": apps(), PAGES / "flows.svg": flows()}


if __name__ == "__main__":
    for path, content in drawings().items():
        path.write_text(content)
