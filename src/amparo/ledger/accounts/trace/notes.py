"""What a reader of a trace on accounts must know beside its numbers: sentences with facts, shown with every trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amparo.base import gettext_noop

ACCOUNT_NOTES: Final[Mapping[str, str]] = {
    "convention": gettext_noop(
        "The rule “%(rule)s” is an accounting convention; it does not prove who controls an account."
    ),
    "reach-only": gettext_noop(
        "The rule “%(rule)s” does not conserve value: its amounts say what was reached, never what was lost."
    ),
    "end-of-ledger": gettext_noop("“Held” in %(ledger)s means: not moved on up to %(tip)s, the last that was loaded."),
    "start-of-ledger": gettext_noop(
        "The trace goes back in %(ledger)s, which was loaded up to %(tip)s: “opening” means that the money was there "
        "before the first line."
    ),
    "fee-place": gettext_noop("Fees are taken %(place)s in their transaction, and are not followed."),
    "absorbed": gettext_noop(
        "The seeds lie on each other's path: %(amount)s of %(asset)s in %(ledger)s arrived where they were claimed "
        "already, and are counted once more as absorbed."
    ),
    "gap": gettext_noop(
        "%(accounts)s accounts of %(ledger)s have no known opening balance, so nobody can say what left them: "
        "%(amount)s traced units of %(asset)s are booked as gap there."
    ),
    "least-opening": gettext_noop(
        "%(accounts)s accounts of %(ledger)s have no known opening balance; the least one that their lines allow "
        "was taken, as untraced money."
    ),
    "overdrawn": gettext_noop(
        "%(accounts)s accounts of %(ledger)s were overdrawn on the way: what was paid on credit is not traced, and "
        "what pays a debt back leaves the trace."
    ),
    "joins": gettext_noop(
        "The trace goes over %(count)s joins of the level “%(level)s”; the lowest confidence among them is "
        "%(confidence)s of 100."
    ),
    "dates-only": gettext_noop(
        "%(count)s lines on the way give a date and no hour; their order is that of their source."
    ),
    "elsewhere": gettext_noop("%(count)s joins lead to ledgers that were not given: the trace ends there."),
}


@dataclass(frozen=True, slots=True)
class AccountNote:
    """`name` is a key of ACCOUNT_NOTES; facts fill its sentence."""

    name: str
    facts: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        return ACCOUNT_NOTES[self.name]

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "facts": dict(self.facts)}
