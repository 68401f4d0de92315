"""Payment cards: length and issuer prefix, Luhn (ISO/IEC 7812). Only the first six and last four are ever kept."""

import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_FORM: Final = re.compile(r"(?<![\w.+\-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w]|[.\-]\d)", re.ASCII)


class Card(Kind):
    name = "card"
    matchable = False
    longest = 40

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for match in _FORM.finditer(text):
            digits = match.group().replace(" ", "").replace("-", "")
            if _issuer(digits) and len(set(digits)) > 1 and luhn(digits):
                masked = digits[:6] + "*" * (len(digits) - 10) + digits[-4:]
                yield Hit(match.start(), match.end(), masked, Validity.WEAK, shown=masked)

    def examples(self) -> Examples:
        return Examples(
            good={"4111 1111 1111 1111": "411111******1111", "378282246310005": "378282*****0005"},
            bad=["4111 1111 1111 1112", "4111111111111111234", "9111111111111111"],
        )


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _issuer(digits: str) -> bool:
    """True for Visa, Mastercard and American Express numbers of the right length."""
    if digits[0] == "4":
        return len(digits) in {13, 16, 19}
    if digits[:2] in {"34", "37"}:
        return len(digits) == 15
    return len(digits) == 16 and (51 <= int(digits[:2]) <= 55 or 2221 <= int(digits[:4]) <= 2720)
