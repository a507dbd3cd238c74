"""Money: a currency's decimals, the plain text of an amount, and minor units for gateways."""

from __future__ import annotations

import re
from decimal import Decimal

#: Decimals of the database's money columns; the largest exponent in ISO 4217 that is in use.
DECIMAL_PLACES = 3
#: Digits of a price, decimals included.
PRICE_DIGITS = 12
#: Digits of a total, decimals included: the largest price times the most pieces times the most lines.
TOTAL_DIGITS = 19

ZERO_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
TWO_DECIMALS = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "  # noqa: SIM905
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER "
    "ZAR ZMW ZWG".split()
)
THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
#: The currencies of ISO 4217 that shops sell in.
CURRENCIES = ZERO_DECIMALS | TWO_DECIMALS | THREE_DECIMALS

ZERO = Decimal(0)

_PLAIN = re.compile(r"[0-9]+(?:\.([0-9]+))?", re.ASCII)


def exponent(currency: str) -> int:
    """Return how many decimals ISO 4217 gives the currency."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def format_amount(amount: Decimal, currency: str) -> str:
    """Return the amount with exactly the currency's decimals, such as ``2500.00``.

    :raises ValueError: when the amount has a fraction of the currency's smallest unit.
    """
    return f"{_exact(amount, exponent(currency)):f}"


def fits(amount: Decimal, currency: str) -> bool:
    """Tell whether the amount is a whole number of the currency's smallest unit."""
    return to_scale(amount, exponent(currency)) == amount


def parse_amount(text: str, currency: str) -> Decimal:
    """Return the amount written in the one plain form: digits, and decimals after a point.

    :raises ValueError: for signs, exponents, commas, underscores, or more decimals than the currency has.
    """
    plain = _PLAIN.fullmatch(text) if len(text) <= TOTAL_DIGITS + 1 else None
    if not plain:
        raise ValueError(f"{text[:40]!r} is not a plain amount.")
    decimals = exponent(currency)
    if len(plain[1] or "") > decimals:
        raise ValueError(f"{text} has more than {decimals} decimals.")
    return to_scale(Decimal(text), decimals)


def to_minor(amount: Decimal, decimals: int) -> int:
    """Return the amount in units of ``10 ** -decimals``, as a gateway wants it.

    The decimals are the gateway's, not ISO's: they differ for some currencies.

    :raises ValueError: when a fraction would remain; nothing is ever rounded.
    """
    return int(_exact(amount, decimals).scaleb(decimals))


def from_minor(units: int, decimals: int) -> Decimal:
    """Return the amount that so many of a gateway's minor units are."""
    return Decimal(units).scaleb(-decimals)


def to_scale(amount: Decimal, decimals: int) -> Decimal:
    """Return the amount with so many decimals, rounded half to even; compare it to see what was lost."""
    return amount.quantize(Decimal(1).scaleb(-decimals))


def _exact(amount: Decimal, decimals: int) -> Decimal:
    scaled = to_scale(amount, decimals)
    if scaled != amount:
        raise ValueError(f"{amount} has a fraction beyond {decimals} decimals.")
    return scaled
