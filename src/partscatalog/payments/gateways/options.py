"""Read a gateway's OPTIONS by type, and say what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = TypeVar("Value")


class Secret(str):
    """Text that never shows itself in a traceback, a debug page or the repr of what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    @property
    def is_sendable(self) -> bool:
        """Whether there is one, of characters that a header of a call may hold."""
        return bool(self) and self.isascii() and self.isprintable()


class SecretBody(bytes):
    """What a provider sent, which may hold a code that charges a card again; as little shown as a secret."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'***'"


class SecretData(dict[str, Any]):
    """The same, read."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "{'***'}"


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
    #: Nothing proves its webhooks, and all are refused.
    UNPROVEN_WEBHOOKS = "unproven_webhooks"
    #: The provider's SDK is an extra that is not there.
    NOT_INSTALLED = "not_installed"


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

    def secrets(self, name: str) -> tuple[Secret, ...]:
        """Return an option of one text, or of a list of several, that must never be shown.

        What is empty or cannot be a secret is left out.
        """
        value = self._given.get(name, ())
        if value == "":
            return ()
        given = [value] if isinstance(value, str) else value
        if not (isinstance(given, list | tuple) and all(isinstance(entry, str) for entry in given)):
            return self._refuse(name, wanted="a text or a list of texts", default=())
        secrets = tuple(Secret(entry.strip()) for entry in given)
        usable = tuple(secret for secret in secrets if secret.is_sendable)
        if usable != secrets:
            fault = Fault(
                code=FaultCode.BAD_OPTION,
                text=f"The option {name} holds an empty text, or one with characters that no secret has.",
                hint=f"Take it out of {name}, or copy it again.",
            )
            self.faults.append(fault)
        return usable

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
