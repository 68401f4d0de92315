"""What a reader of a trace must know beside its numbers: sentences with facts, shown with every trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amparo.base import gettext_noop

NOTES: Final[Mapping[str, str]] = {
    "tip": gettext_noop("“Unspent” means: not spent up to block %(tip)s, the last one that was loaded."),
    "window": gettext_noop(
        "Only the declared window “%(window)s” was loaded: %(unresolved)s of %(inputs)s inputs spend outputs of blocks "
        "outside it, and spends in later blocks are not seen."
    ),
    "source-explorer": gettext_noop(
        "Not whole blocks were loaded, but transactions fetched from an explorer: each is proved to be in its block; "
        "that none is missing, the heights, and what is “unspent” are the explorer's word."
    ),
    "source-table": gettext_noop(
        "The chain was loaded from tables without block headers: it is as the tables say, without proof of work."
    ),
    "gap": gettext_noop(
        "%(transactions)s transactions also spend outputs that are not loaded, so their total is unknown: "
        "%(satoshi)s traced satoshi leave the trace there and are booked as gap."
    ),
    "gap-reach": gettext_noop(
        "%(transactions)s reached transactions also spend outputs that are not loaded; their origin is unknown."
    ),
    "convention": gettext_noop(
        "The rule “%(rule)s” is an accounting convention; it does not prove who controls an output."
    ),
    "reach-only": gettext_noop(
        "The rule “%(rule)s” does not conserve value: its amounts say what was reached, never what was lost."
    ),
    "fee-share": gettext_noop("Under the rule “%(rule)s” the fee takes its proportion; the fee policy has no effect."),
    "absorbed": gettext_noop(
        "The seeds lie on each other's path: %(satoshi)s satoshi arrived where they were claimed already, "
        "and are counted once more as absorbed."
    ),
    "stopped": gettext_noop("%(outputs)s outputs with %(satoshi)s traced satoshi ended at the stop rule “%(reason)s”."),
    "given": gettext_noop(
        "%(inputs)s inputs spend outputs that are not loaded, but whose amounts the source itself gives; "
        "their money counts as not traced."
    ),
    "back": gettext_noop(
        "This trace goes back: its leaves are where the claimed satoshis came from. %(satoshi)s satoshi are new money "
        "and fees of a coinbase."
    ),
    "back-share": gettext_noop(
        "Going back by the rule “%(rule)s”, each input gives its proportion, rounded to whole satoshis."
    ),
    "key-address": gettext_noop(
        "%(outputs)s outputs pay to a bare public key; the address shown is that of the key's hash."
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """`name` is a key of NOTES; facts fill its sentence."""

    name: str
    facts: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        return NOTES[self.name]

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "facts": dict(self.facts)}
