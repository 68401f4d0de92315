"""Whoever is asked learns what is looked for: no question without an authorisation, and each one written down."""

from dataclasses import dataclass
from typing import NamedTuple

from amparo.ledger.nodes.errors import NotPermitted


@dataclass(frozen=True, slots=True)
class Permission:
    """`authorisation`: the reference of the order or statute that allows the question; `purpose`: why it is asked.

    Raises NotPermitted where one of them is blank.
    """

    authorisation: str
    purpose: str

    def __post_init__(self) -> None:
        for name in ("authorisation", "purpose"):
            if not getattr(self, name).strip():
                raise NotPermitted(what=name)


class Asked(NamedTuple):
    """One question that left the house. `asked_at` ISO 8601, UTC; `sha256` and `size` of the answer, None without.

    `problem`: the code of the error, None where the answer came.
    """

    host: str
    question: str
    asked_at: str
    sha256: str | None
    size: int | None
    problem: str | None
    permission: Permission
