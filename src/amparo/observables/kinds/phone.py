"""Telephone numbers, checked against the numbering plans in phonenumbers; value in E.164."""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

# The library is slow: it only sees what these let through.
_INTERNATIONAL: Final = re.compile(r"\+\(?\d[\d ().\-/\u00a0]{5,24}\d(?!\d)")
_NATIONAL: Final = re.compile(r"(?<![\w+.,\-/:])(?:\+|\()?\d[\d ().\-/\u00a0]{5,24}\d(?![\w]|[.,:\-/]\d)", re.ASCII)


class Phone(Kind):
    name = "phone"
    longest = 40

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        """Without `region` only numbers with + are found; national ones mean nothing without a country."""
        for match in (_NATIONAL if region else _INTERNATIONAL).finditer(text):
            before = text[match.start() - 1] if match.start() else ""
            if before.isalnum() or before == "+":
                continue
            for found in phonenumbers.PhoneNumberMatcher(match.group(), region):
                value = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
                yield Hit(match.start() + found.start, match.start() + found.end, value, Validity.PLAN)

    def examples(self) -> Examples:
        return Examples(
            good={"0712 345 678": "+254712345678", "+44 20 7946 0958": "+442079460958"},
            bad=["12345", "+999 123456", "2026-11-24"],
            region="KE",
        )
