"""IBAN (ISO 13616): length by country and the mod-97 check. Chance passes once in 97."""

import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_TABLE: Final = """
AD24 AE23 AL28 AO25 AT20 AX18 AZ28 BA20 BE16 BF28 BG22 BH22 BI27 BJ28 BL27 BR29 BY28 CF27 CG27 CH21 CI28
CM27 CR22 CV25 CY28 CZ24 DE22 DJ27 DK18 DO28 DZ26 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GA27 GB22 GE22 GF27
GG22 GI23 GL18 GP27 GQ27 GR27 GT28 GW25 HN28 HR21 HU28 IE22 IL23 IM22 IQ23 IR26 IS26 IT27 JE22 JO30 KM27
KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MA28 MC27 MD24 ME22 MF27 MG27 MK19 ML28 MN20 MQ27 MR27 MT31
MU30 MZ25 NC27 NE28 NI28 NL18 NO15 OM23 PF27 PK24 PL28 PM27 PS29 PT25 QA29 RE27 RO24 RS22 RU33 SA24 SC31
SD18 SE24 SI19 SK24 SM27 SN28 SO23 ST25 SV28 TD27 TF27 TG28 TL23 TN24 TR26 UA29 VA22 VG24 WF27 XK20 YE30
YT27
"""
_LENGTHS: Final = {entry[:2]: int(entry[2:]) for entry in _TABLE.split()}
_START: Final = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?= ?[A-Z0-9])")


class Iban(Kind):
    name = "iban"
    longest = 44

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for match in _START.finditer(text):
            length = _LENGTHS.get(match.group(1))
            end = _end(text, match.start(), length) if length else None
            if end is None:
                continue
            value = text[match.start() : end].replace(" ", "")
            if _mod_97(value) == 1:
                yield Hit(match.start(), end, value, Validity.WEAK)

    def examples(self) -> Examples:
        return Examples(
            good={"GB82 WEST 1234 5698 7654 32": "GB82WEST12345698765432", "DE89370400440532013000":
                  "DE89370400440532013000"},
            bad=["GB82 WEST 1234 5698 7654 33", "GB82WEST1234569876543", "ZZ82WEST12345698765432"],
        )  # fmt: skip


def _end(text: str, start: int, length: int) -> int | None:
    """Return where `length` upper-case letters and digits end, single spaces between them allowed."""
    at, seen = start, 0
    while seen < length:
        sign = text[at : at + 1]
        if sign.isascii() and (sign.isdigit() or sign.isupper()):
            seen += 1
        elif sign != " " or text[at - 1] == " ":
            return None
        at += 1
    return None if text[at : at + 1].isalnum() else at


def _mod_97(iban: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97
