"""Draw the two pictures of the architecture page: ``python docs/_drawings/architecture.py``."""

from __future__ import annotations

from pathlib import Path

from shapes import Box, arrow, drawing, text

PAGES = Path(__file__).resolve().parent.parent / "explanation"
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
    [
        ("exceptions", "", "shared"),
        ("money", "", "shared"),
        ("numbers", "", "shared"),
        ("statements", "", "shared"),
    ],
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
            parts.append(arrow(start=(width // 2, top - step + height), end=(width // 2, top - 1)))
    return drawing(
        width=width, height=20 + len(LAYERS) * step, title="The apps and who may import whom", parts=parts
    )


def flows() -> str:
    """Return the four ways through the apps, one a row."""
    width, height, step, gap = 190, 56, 118, 28
    parts = []
    for row, (title, boxes) in enumerate(FLOWS):
        top = 48 + row * step
        parts.append(text(title, x=20, y=top - 14, size=15, weight=700, anchor="start"))
        for column, (name, note, color) in enumerate(boxes):
            left = 20 + column * (width + gap)
            parts.append(
                Box(left=left, top=top, width=width, height=height, name=name, note=note, color=color).svg()
            )
            if column:
                middle = top + height // 2
                parts.append(arrow(start=(left - gap, middle), end=(left - 1, middle)))
    total = 40 + 5 * width + 4 * gap
    return drawing(
        width=total, height=20 + len(FLOWS) * step, title="How a request goes through the apps", parts=parts
    )


def drawings() -> dict[Path, str]:
    """Return what each file of the page has to hold."""
    return {PAGES / "apps.svg": apps(), PAGES / "flows.svg": flows()}


if __name__ == "__main__":
    for path, content in drawings().items():
        path.write_text(content)
