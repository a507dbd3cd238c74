"""The app of the guide about fitting the shop works in a fresh project."""

from __future__ import annotations

from tests.docs.guides import blocks

GUIDE = blocks("howto/fit-it-to-your-shop.md")
LOOK = """
from dealers.models import Shelf
from dealers.rules import DealerPrice
from partscatalog.catalog.models import StockMovement
Shelf.objects.create(product=piston, place="A-7")
piston.refresh_from_db()
print([piston.shelf.place, piston.stock, DealerPrice().unit_price(piston, 10, None)])
print(list(StockMovement.objects.filter(product=piston).order_by("pk").values_list("delta", flat=True)))
"""


def test_the_guides_app_adds_a_model_a_rule_a_receiver_and_an_import(host):
    for file in ("models.py", "receivers.py", "rules.py"):
        host.append(f"dealers/{file}", GUIDE[file])
    host.append("host/settings.py", GUIDE["settings.py"])
    host.append("dealers/migrations/__init__.py", "")
    for command in (
        ["makemigrations", "dealers"],
        ["migrate"],
        ["check"],
        ["shell", "-c", "import dealers.receivers"],
    ):
        result = host.manage(*command)
        assert result.returncode == 0, result.stderr

    looked = host.manage("shell", "-v", "0", "-c", GUIDE["import.py"] + GUIDE["attributes.py"] + LOOK)

    assert looked.stdout.splitlines() == ["['A-7', 37, Decimal('2250.00')]", "[40, -2, -1]"], looked.stderr
    assert host.manage("check_invariants").returncode == 0
