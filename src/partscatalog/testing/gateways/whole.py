"""What each gateway must survive, whatever its provider has."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partscatalog.testing.gateways.hiding import Hiding
from partscatalog.testing.gateways.settling import Settling
from partscatalog.testing.gateways.shop import Contract
from partscatalog.testing.gateways.starting import Starting
from partscatalog.testing.gateways.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class GatewayContract(Starting, Settling, Telling, Hiding):
    """Start, pay, return, webhook and reconcile, in every order and at once."""

    #: The other classes of the contract that this one does not inherit, and why.
    absent: ClassVar[Mapping[str, str]] = {}

    def test_each_part_of_the_contract_is_kept_or_has_a_reason(self) -> None:
        kept = {part.__name__ for part in type(self).__mro__}

        assert {part for part in _parts(Contract) if part not in kept} == set(self.absent)
        assert all(self.absent.values())


def _parts(part: type) -> Iterator[str]:
    """Give the names of the classes that a gateway's test may inherit."""
    for narrower in part.__subclasses__():
        if narrower.__module__.startswith(__package__) and narrower.__name__.endswith("Contract"):
            yield narrower.__name__
        yield from _parts(narrower)
