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
        "sighting.seen",
        gettext_noop("%(kind)s %(value)s stands in %(where)s (%(validity)s)."),
        {"kind": "BTC address", "value": "1Boat…", "where": "EX1/notes.txt @ byte 120", "validity": "checksum valid"},
    ),
)
