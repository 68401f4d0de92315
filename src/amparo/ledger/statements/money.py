"""Amounts as statements write them, to whole numbers of the smallest unit. Exact, by text; never through floats.

Source: ISO 4217 list one (active currencies and their minor units, as of 2024).
"""

import re
from dataclasses import dataclass
from typing import Final

from amparo.ledger.statements.errors import UnknownCurrency

_TWO: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_ZERO: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
MINOR_UNITS: Final = {code: digits for digits, codes in ((2, _TWO), (0, _ZERO), (3, _THREE)) for code in codes.split()}
#: Coins and tokens that exchanges name in their records, by the symbol alone.
COINS: Final = {"BTC": 8, "LTC": 8, "BCH": 8, "DOGE": 8, "ETH": 18, "USDT": 6, "USDC": 6, "TRX": 6, "DAI": 18}

#: Longest amount that is looked at; 2^256 has 78 digits.
LONGEST: Final = 120
_BLANKS: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "’": "'"})


class BadAmount(Exception):
    """An amount that is none in the given style; `why` is a permanent reason."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Style:
    """`decimal` is "." or ","; `thousands` is "", ".", ",", " " or "'". `indian`: groups of two before the last."""

    decimal: str
    thousands: str = ""
    indian: bool = False


PLAIN: Final = Style(".")
COMMA: Final = Style(",")


def digits_of(asset: str) -> int:
    """How many decimals the smallest unit of a currency, or of a coin in `COINS`, has. Raises UnknownCurrency."""
    digits = MINOR_UNITS.get(asset, COINS.get(asset))
    if digits is None:
        raise UnknownCurrency(currency=asset[:20])
    return digits


def units(text: str, style: Style, digits: int) -> int:
    """`units("1.234,56", Style(",", "."), 2)` -> 123456. Signs: leading or trailing - or +, or brackets.

    Raises BadAmount: `bad-amount`, `bad-grouping` ("12,34" thousands), `too-precise` (more decimals than the unit).
    """
    plain = text.translate(_BLANKS).strip()
    if not plain or len(plain) > LONGEST:
        raise BadAmount("bad-amount")
    negative, plain = _sign(plain)
    whole, point, rest = plain.partition(style.decimal)
    if point and not (rest.isascii() and rest.isdigit()):
        raise BadAmount("bad-grouping" if style.thousands and style.thousands in rest else "bad-amount")
    kept, lost = rest[:digits], rest[digits:]
    if lost.strip("0"):
        raise BadAmount("too-precise")
    value = int(_ungrouped(whole, style) + kept.ljust(digits, "0"))
    return -value if negative else value


def shown(amount: int, digits: int) -> str:
    """`shown(-123456, 2)` -> "-1234.56"."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    whole, rest = divmod(amount, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def _sign(text: str) -> tuple[bool, str]:
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    if text[0] in "+-":
        return text[0] == "-", text[1:].strip()
    if text[-1] in "+-":
        return text[-1] == "-", text[:-1].strip()
    return False, text


def _ungrouped(whole: str, style: Style) -> str:
    if style.thousands and style.thousands in whole:
        mark = re.escape(style.thousands)
        middle = "[0-9]{2}" if style.indian else "[0-9]{3}"
        if re.fullmatch(rf"[0-9]{{1,3}}(?:{mark}{middle})*{mark}[0-9]{{3}}", whole) is None:
            raise BadAmount("bad-grouping")
        return whole.replace(style.thousands, "")
    if whole.isascii() and whole.isdigit():
        return whole
    raise BadAmount("bad-grouping" if re.fullmatch(r"[0-9][0-9.,' ]*", whole) else "bad-amount")
