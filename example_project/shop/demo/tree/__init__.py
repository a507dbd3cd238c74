"""The demo's tree of groups and part types."""

from __future__ import annotations

from shop.demo.tree.body import AIR_CONDITIONING, BODY
from shop.demo.tree.chassis import BRAKES, STEERING, SUSPENSION
from shop.demo.tree.driveline import CLUTCH, DRIVELINE
from shop.demo.tree.electrics import ELECTRICS, LIGHTING
from shop.demo.tree.engine import COOLING, ENGINE, FILTERS
from shop.demo.tree.mixture import EXHAUST, FUEL, IGNITION

ROOTS = (
    ENGINE,
    FILTERS,
    FUEL,
    IGNITION,
    COOLING,
    EXHAUST,
    BRAKES,
    STEERING,
    SUSPENSION,
    DRIVELINE,
    CLUTCH,
    ELECTRICS,
    LIGHTING,
    BODY,
    AIR_CONDITIONING,
)
