"""Sentence templates of findings: the words a court reads. Facts come in by name; translations by catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from amparo.base import Registry, gettext_noop


@dataclass(frozen=True, slots=True)
class FindingTemplate:
    """`name` is permanent (it stands in bundles); `sentence` holds %(named)s facts, each listed in `example`."""

    name: str
    sentence: str
    example: Mapping[str, Any] = field(default_factory=dict)

    def examples(self) -> list[Mapping[str, Any]]:
        return [self.example]


TEMPLATES: Final[Registry[FindingTemplate]] = Registry(
    "finding template",
    FindingTemplate(
        "match.exact",
        gettext_noop(
            "The file %(item)s of exhibit %(exhibit)s has the same %(signal)s digest as an entry of the list "
            "“%(list)s” (label: %(label)s). Two officers compared and confirmed it."
        ),
        {"item": "p1/photos/a.jpg", "exhibit": "EX1", "signal": "sha256", "list": "National list", "label": "A"},
    ),
    FindingTemplate(
        "match.near",
        gettext_noop(
            "The picture %(item)s of exhibit %(exhibit)s differs in %(distance)s of 256 bits (PDQ) from an "
            "entry of the list “%(list)s” (label: %(label)s). Two officers compared and confirmed it."
        ),
        {"item": "a.jpg", "exhibit": "EX1", "distance": 12, "list": "National list", "label": "A"},
    ),
    FindingTemplate(
        "match.exact-single",
        gettext_noop(
            "The file %(item)s of exhibit %(exhibit)s has the same %(signal)s digest as an entry of the list "
            "“%(list)s” (label: %(label)s). One officer compared and confirmed it."
        ),
        {"item": "p1/photos/a.jpg", "exhibit": "EX1", "signal": "sha256", "list": "National list", "label": "A"},
    ),
    FindingTemplate(
        "match.near-single",
        gettext_noop(
            "The picture %(item)s of exhibit %(exhibit)s differs in %(distance)s of 256 bits (PDQ) from an "
            "entry of the list “%(list)s” (label: %(label)s). One officer compared and confirmed it."
        ),
        {"item": "a.jpg", "exhibit": "EX1", "distance": 12, "list": "National list", "label": "A"},
    ),
    FindingTemplate(
        "match.dissent",
        gettext_noop("%(officers)s compared them too and judged that they are not the same."),
        {"officers": "m.okoth"},
    ),
    FindingTemplate(
        "match.single-review",
        gettext_noop("The unit's policy asks for one confirming officer only; %(officer)s confirmed this match alone."),
        {"officer": "r.diaz"},
    ),
    FindingTemplate(
        "pdq.known-error",
        gettext_noop("PDQ is a similarity measure: different pictures can lie within %(threshold)s bits."),
        {"threshold": 31},
    ),
    FindingTemplate(
        "pdq.measured-error",
        gettext_noop(
            "PDQ is a similarity measure. Measured on benign pictures: within %(threshold)s bits, %(found)s of "
            "%(copies)s plain copies of %(pictures)s pictures were found (compressed again, made smaller, grey), and "
            "%(near)s of %(pairs)s pairs of different pictures lay as near; of such pairs at most %(at_most)s in a "
            "million do, with a confidence of 95 in 100. Copies that were cropped, framed or turned a little are often "
            "missed. The measurement has the digest %(table)s."
        ),
        {
            "threshold": 31,
            "found": 1790,
            "copies": 1800,
            "pictures": 200,
            "near": 0,
            "pairs": 1000000,
            "at_most": 3,
            "table": "9f" * 32,
        },
    ),
    FindingTemplate(
        "trace.flow",
        gettext_noop(
            "Of %(seeded)s satoshi followed from %(seed)s by the rule “%(rule)s”, %(held)s are held in unspent "
            "outputs, %(fee)s went to fees, %(stopped)s reached a stop rule and %(gap)s leave the blocks that "
            "were loaded."
        ),
        {"seeded": 5000000000, "seed": "9:0", "rule": "fifo", "held": 5000000000, "fee": 0, "stopped": 0, "gap": 0},
    ),
    FindingTemplate(
        "trace.rest",
        gettext_noop(
            "The sum also holds %(destroyed)s satoshi in outputs that can never be spent and %(absorbed)s that arrived "
            "where they were claimed already."
        ),
        {"destroyed": 1000, "absorbed": 0},
    ),
    FindingTemplate(
        "trace.convention",
        gettext_noop(
            "The rule “%(rule)s” is an accounting convention; it does not prove who controls an output. "
            "Other rules can give another answer and are listed beside it."
        ),
        {"rule": "fifo"},
    ),
    FindingTemplate(
        "trace.flow-back",
        gettext_noop(
            "Of %(seeded)s satoshi traced back from %(seed)s by the rule “%(rule)s”, %(minted)s come from newly made "
            "coins, %(fee)s are fees, %(stopped)s reached a stop rule and %(gap)s come from outside the blocks that "
            "were loaded."
        ),
        {"seeded": 5000000000, "seed": "170:1/0", "rule": "fifo", "minted": 5000000000, "fee": 0, "stopped": 0}
        | {"gap": 0},
    ),
    FindingTemplate(
        "trace.accounts",
        gettext_noop(
            "Of %(seeded)s followed from %(seed)s by the rule “%(rule)s” through %(ledgers)s account ledgers and over "
            "%(joins)s joins between them: held in accounts %(held)s; left the known books %(left)s; paid as fees "
            "%(fee)s; reached a stop rule %(stopped)s; lost where a balance is not known %(gap)s."
        ),
        {"seeded": "250,000.00 KES", "seed": "bank:1@1:0:0", "rule": "fifo", "ledgers": 4, "joins": 3}
        | {"held": "14,590.00 KES", "left": "900 USDT", "fee": "33.00 KES", "stopped": "0", "gap": "0"},
    ),
    FindingTemplate(
        "trace.accounts-back",
        gettext_noop(
            "Of %(seeded)s traced back from %(seed)s by the rule “%(rule)s” through %(ledgers)s account ledgers and "
            "over %(joins)s joins between them: there before the first line %(held)s; came from outside the books "
            "%(left)s; paid as fees %(fee)s; reached a stop rule %(stopped)s; lost where a balance is not known "
            "%(gap)s."
        ),
        {"seeded": "250,000.00 KES", "seed": "bank:1@1:0:0", "rule": "fifo", "ledgers": 4, "joins": 3}
        | {"held": "14,590.00 KES", "left": "900 USDT", "fee": "33.00 KES", "stopped": "0", "gap": "0"},
    ),
    FindingTemplate(
        "trace.accounts-convention",
        gettext_noop(
            "The rule “%(rule)s” is an accounting convention; it does not prove who controls an account. "
            "Other rules can give another answer and are listed beside it."
        ),
        {"rule": "fifo"},
    ),
    FindingTemplate(
        "trace.joins",
        gettext_noop(
            "The trace crosses %(count)s joins between ledgers: %(observed)s observed, %(derived)s derived, "
            "%(inferred)s inferred. A person accepted each of them; where one is wrong, all that follows it is wrong."
        ),
        {"count": 3, "observed": 1, "derived": 1, "inferred": 1},
    ),
    FindingTemplate(
        "trace.joins-error",
        gettext_noop(
            "The walk itself is exact. How often joins of these kinds are wrong was not measured; the lowest "
            "confidence among them is %(confidence)s of 100, which is set by the reason for the join and is no "
            "measured rate."
        ),
        {"confidence": 85},
    ),
    FindingTemplate(
        "trace.adds-up",
        gettext_noop(
            "The amounts add up to the smallest unit; whoever has the same data can compute them again with the recipe."
        ),
    ),
    FindingTemplate(
        "trace.account-proof",
        gettext_noop(
            "No merkle proof is kept of account ledgers: their lines are as the cited records say, and no further."
        ),
    ),
    FindingTemplate(
        "trace.problems",
        gettext_noop("The records of the book %(book)s were read with %(count)s problems; they are listed below."),
        {"book": "B1 Bank", "count": 2},
    ),
    FindingTemplate(
        "trace.services",
        gettext_noop(
            "%(outputs)s places that hold %(amount)s ended at what a tag calls a service. That is the word of the "
            "tag's source; it was not checked here."
        ),
        {"outputs": 2, "amount": "1.00000000 BTC"},
    ),
    FindingTemplate(
        "trace.heuristic",
        gettext_noop(
            "%(outputs)s outputs with %(satoshi)s traced satoshi ended by a heuristic: inference by heuristic "
            "“%(heuristic)s”, measured precision %(precision)s on a made economy (%(cases)s cases)."
        ),
        {"outputs": 3, "satoshi": 900, "heuristic": "CoinJoin, left out", "precision": "0.9297", "cases": 7545},
    ),
    FindingTemplate(
        "heuristic.measured-error",
        gettext_noop(
            "Inference by heuristic “%(heuristic)s”: measured precision %(precision)s (at least %(lower)s with a "
            "confidence of 95 in 100), of %(cases)s cases on %(economy)s. A made economy is not the real one: its "
            "habits are invented, and the rate does not say how often the heuristic is wrong in this case. The "
            "measurement has the digest %(table)s."
        ),
        {"heuristic": "CoinJoin, left out", "precision": "0.9297", "lower": "0.9237", "cases": 7545}
        | {"economy": "made economies of 30000 transactions each", "table": "9f" * 32},
    ),
    FindingTemplate(
        "sighting.seen",
        gettext_noop("%(kind)s %(value)s stands in %(where)s (%(validity)s)."),
        {"kind": "BTC address", "value": "1Boat…", "where": "EX1/notes.txt @ byte 120", "validity": "checksum valid"},
    ),
)
