"""From the collected parts of a report to a Tip."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from amparo.exchange.tips.forms import DETAIL_KINDS, REPORT, REPORT_KEYS
from amparo.exchange.tips.gather import Part, gather
from amparo.exchange.tips.kinds import incident_kind
from amparo.exchange.tips.mapped_files import files_of, marks_of
from amparo.exchange.tips.mapped_people import people_of
from amparo.exchange.tips.notes import Notes
from amparo.exchange.tips.tip import InternetDetail, LawEnforcement, Tip
from amparo.exchange.tips.tree import Node
from amparo.exchange.tips.values import reason

#: A document counts as a report from this sum of what it has.
_ENOUGH: Final = 3
PEOPLE: Final = ("reported", "victims", "recipients")
_MOST_URGENT: Final = frozenset({"1", "high", "highest", "urgent", "immediate", "critical"})


class Mapped(NamedTuple):
    """A tip, and whether its document was a report at all (any JSON file maps to something)."""

    tip: Tip
    is_report: bool


def to_tip(node: Node, **about: Any) -> Mapped:
    """Map one report; `about`: further fields of the Tip. Never raises: what does not fit is kept and said."""
    notes = Notes()
    part = gather(node, REPORT, notes.unknown)
    if any(each.flat for name in PEOPLE for each in part.all(name)):
        notes.problem("report", "loose-person-fields", "fields of a person outside any person's part")
    fields: dict[str, Any] = {
        **_identity(part, notes),
        **_incident(part, notes),
        "internet": tuple(_internet(part, notes)),
        "reported": people_of(part.all("reported"), "reported", notes),
        "victims": people_of(part.all("victims"), "victim", notes),
        "recipients": people_of(part.all("recipients"), "recipient", notes),
        "law_enforcement": tuple(_law(part.all("law"), notes)),
        "files": files_of(part.all("files"), notes),
        "batched": _batched(part.all("batch")),
        "bundled_ids": tuple(dict.fromkeys(text for each in part.all("bundle") for text in each.texts("id"))),
    }
    tip = Tip(**fields, **about, unknown=tuple(notes.unknown), problems=tuple(notes.problems))
    return Mapped(tip, _weight(node, tip) >= _ENOUGH)


def _weight(node: Node, tip: Tip) -> int:
    weights: tuple[tuple[object, int], ...] = (
        (tip.provider_report_id, 2), (tip.incident_type, 2), (node.key in REPORT_KEYS - {"report"}, 1),
        (tip.incident, 1), (tip.received, 1), (tip.people, 1), (tip.files, 1), (tip.esp, 1), (tip.internet, 1),
    )  # fmt: skip
    return sum(worth for holds, worth in weights if holds)


def _identity(part: Part, notes: Notes) -> dict[str, Any]:
    ids = part.texts("id")
    if len(ids) > 1:
        notes.problem("reportId", "several-report-ids", ", ".join(ids[:10]))
        notes.unknown.extend(("reportId", each) for each in ids[1:])
    senders = part.all("reporter")
    names = [name for each in senders for name in each.texts("esp")]
    notes.unknown.extend(("reporter", each) for each in dict.fromkeys(names[1:]) if each != names[0])
    return {
        "provider_report_id": ids[0] if ids else None,
        "source": notes.one(part, "source", "report"),
        "esp": names[0] if names else None,
        "esp_contact": tuple(dict.fromkeys(pair for each in senders for pair in each.captured)),
        "received": notes.time(notes.one(part, "received", "report"), "received"),
    }


def _incident(part: Part, notes: Notes) -> dict[str, Any]:
    kind = notes.one(part, "incident_type", "report")
    return {
        "incident": notes.time(notes.one(part, "incident", "report"), "incident"),
        "incident_note": _joined(part.texts("incident_note")),
        "incident_type": kind,
        "incident_kind": incident_kind(kind),
        "platform": notes.one(part, "platform", "report"),
        "high_priority": _priority(part, notes),
        "annotations": tuple(dict.fromkeys(mark for each in part.all("annotations") for mark in marks_of(each))),
        "description": _joined(part.texts("description")),
    }


def _joined(texts: Iterable[str]) -> str | None:
    return "\n".join(texts) or None


def _priority(part: Part, notes: Notes) -> str | None:
    """The reason of "escalate to high priority"; or a level, which counts where it is the highest."""
    marked = _joined(found for text in part.texts("high_priority") if (found := reason(text)) is not None)
    levels = part.texts("priority")
    high = next((text for text in levels if text.split(" ")[0].casefold() in _MOST_URGENT), None)
    notes.unknown.extend(("priority", text) for text in levels if text != high)
    return marked or high


def _internet(part: Part, notes: Notes) -> Iterator[InternetDetail]:
    for kind in dict.fromkeys(DETAIL_KINDS.values()):
        for each in part.all(f"internet:{kind}"):
            pairs = [*(("content", text) for text in each.texts("content")), *each.captured]
            pairs += [("ipAddress", text) for inner in each.all("ips") for text in inner.texts("address")]
            if pairs:
                yield InternetDetail(kind, tuple(pairs))


def _law(parts: Iterable[Part], notes: Notes) -> Iterator[LawEnforcement]:
    for part in parts:
        found = LawEnforcement(
            notes.one(part, "agency", "lawEnforcement"),
            notes.one(part, "case_number", "lawEnforcement"),
            notes.one(part, "country", "lawEnforcement"),
            tuple(part.captured),
        )
        if found.case_number is not None:
            notes.problem("lawEnforcement", "foreign-case-number", found.case_number)
        if found != LawEnforcement():
            yield found


def _batched(parts: Iterable[Part]) -> str | None:
    """Why many incidents came as one report; NOT_SAID where it is only marked."""
    reasons = [found for each in parts for text in each.texts("reason") if (found := reason(text)) is not None]
    return max(reasons, key=len) if reasons else None
