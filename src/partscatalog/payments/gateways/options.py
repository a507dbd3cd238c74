"""Read a gateway's OPTIONS by type, and say what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = TypeVar("Value")


class Secret(str):
    """Text that never shows itself in a traceback, a debug page or the repr of what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class FaultCode(StrEnum):
    """What can be wrong with the settings of a gateway."""

    MISSING_KEY = "missing_key"
    PUBLIC_KEY = "public_key"
    INSECURE_URL = "insecure_url"
    BAD_OPTION = "bad_option"
    #: A gateway for trying things out runs where real buyers are.
    NOT_FOR_PRODUCTION = "not_for_production"
    LIVE_KEY_UNDER_DEBUG = "live_key_under_debug"
    NO_RETURN_URL = "no_return_url"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One mistake in a gateway's settings, and the way out."""

    code: FaultCode
    text: str
    hint: str


class Options:
    """A gateway's OPTIONS; one that cannot be read is a fault and counts as left out."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = given
        self.faults: list[Fault] = []

    def text(self, name: str, *, default: str = "") -> str:
        """Return a text option, blanks around it removed."""
        value = self._given.get(name, default)
        if isinstance(value, str):
            return value.strip()
        return self._refuse(name, wanted="a text", default=default)

    def secret(self, name: str, *, default: str = "") -> Secret:
        """Return a text option that must never be shown."""
        return Secret(self.text(name, default=default))

    def seconds(self, name: str, *, default: float) -> float:
        """Return a span of time of more than zero seconds."""
        value = self._given.get(name, default)
        if isinstance(value, int | float) and 0 < value < float("inf"):
            return float(value)
        return self._refuse(name, wanted="a number of seconds above zero", default=default)

    def _refuse(self, name: str, *, wanted: str, default: Value) -> Value:
        fault = Fault(
            code=FaultCode.BAD_OPTION,
            text=f"The option {name} is not {wanted}.",
            hint=f"Give {name} in OPTIONS as {wanted}.",
        )
        self.faults.append(fault)
        return default
