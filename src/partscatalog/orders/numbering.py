"""Public order numbers; a site puts its own maker in place of ours."""

from __future__ import annotations

from secrets import choice

from partscatalog.conf import get_settings, swap

#: Upper-case letters and digits without those that look alike (0 O, 1 I L, 2 Z, 5 S, 8 B).
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH = 12


class OrderNumber:
    """The base of number makers."""

    def make(self) -> str:
        """Return a new number: up to 32 upper-case letters, digits and dashes, never one twice.

        It is called again when the number was taken.
        """
        raise NotImplementedError


class RandomNumber(OrderNumber):
    """Twelve random characters: about 55 bits, so numbers tell nothing of how many orders there are."""

    def make(self) -> str:
        return "".join(choice(ALPHABET) for _ in range(LENGTH))


def new_number() -> str:
    """Return a number from the site's maker."""
    maker: OrderNumber = swap(get_settings().ORDER_NUMBER)()
    return maker.make()
