"""A tip's page in words: what happened, who, by which addresses, which files, what it is linked to, what to do next.

Web addresses, e-mail addresses and IP addresses are made harmless; no picture is ever part of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from amparo.base import gettext_noop, visible
from amparo.exchange.tips import INCIDENT_KINDS, INTERNET_KINDS, NOT_SAID, PROBLEMS
from amparo.observables import defang
from amparo.web.accounts.models import Person
from amparo.web.common.skips import in_words
from amparo.web.exhibits.rules import restricted_among
from amparo.web.reports.shown import harmless
from amparo.web.tips.linking import linked_cases, reports_of, tips_sharing
from amparo.web.tips.models import WORDS, Delivery, Tip, TipFile
from amparo.web.tips.next_steps import next_steps
from amparo.web.tips.reasons import sentences

Fields = Mapping[str, Any]
#: Files, addresses and unknown fields of one tip that its page lists; all are kept and counted.
MOST: Final = 300
MOST_LINKED: Final = 20
ROLES: Final[dict[str, str]] = {
    "reported": gettext_noop("Person or account that was reported"),
    "victim": gettext_noop("Victim, as the sender says"),
    "recipient": gettext_noop("Intended recipient"),
}
_PERSON: Final[dict[str, str]] = {
    "names": gettext_noop("Name"),
    "screen_names": gettext_noop("Screen name"),
    "user_ids": gettext_noop("User id"),
    "service": gettext_noop("Service"),
    "emails": gettext_noop("E-mail address"),
    "phones": gettext_noop("Phone number"),
    "urls": gettext_noop("Profile"),
    "devices": gettext_noop("Device"),
    "locations": gettext_noop("Estimated location"),
    "address": gettext_noop("Postal address"),
    "born": gettext_noop("Born"),
    "age": gettext_noop("Age"),
    "prior_reports": gettext_noop("Earlier reports about them"),
    "notes": gettext_noop("Note"),
}
_PURPOSES: Final[dict[str, str]] = {
    "url": gettext_noop("web address"),
    "handle": gettext_noop("account"),
    "phone": gettext_noop("phone number"),
    "wallet": gettext_noop("wallet"),
    "iban": gettext_noop("bank account"),
    "hash": gettext_noop("file digest"),
    "mail": gettext_noop("e-mail address"),
    "ip": gettext_noop("IP address"),
    "device": gettext_noop("device"),
    "report": gettext_noop("report number"),
}
_HARMFUL: Final = frozenset({"emails", "urls", "url", "mail", "ip"})


class Line(NamedTuple):
    label: str
    values: list[str]


def state_words(state: str) -> str:
    return _(WORDS[state])


def case_title(tip: Tip) -> str:
    """A title to begin with: kind, sender, the sender's number."""
    kind = _(INCIDENT_KINDS.get(tip.incident_kind, tip.incident_kind))
    return " · ".join(part for part in (kind, tip.sender, tip.provider_report_id) if part)[:200]


def unviewed_count(tip: Tip) -> int:
    return tip.files.exclude(sha256="").exclude(viewed_by_provider=True).count()


def tip_page(person: Person, tip: Tip) -> dict[str, Any]:
    """All that the page says, as plain values."""
    files = list(tip.files.all()[:MOST])
    cases = linked_cases(person, tip)
    may_see_reports = person.may("reports.queue")
    shared = tips_sharing(tip)
    return {
        "kind": _(INCIDENT_KINDS.get(tip.incident_kind, tip.incident_kind)),
        "reasons": sentences(tip.reasons),
        "happened": _happened(tip.fields),
        "people": [_person(each) for each in _people(tip.fields)],
        "addresses": list(_addresses(tip.fields))[:MOST],
        "references": [_reference(each) for each in tip.fields.get("law_enforcement", [])],
        "unknown": [(visible(path), harmless(text)) for path, text in tip.fields.get("unknown", [])][:MOST],
        "problems": [
            (visible(what), _problem(reason), visible(detail)) for what, reason, detail in tip.problems[:MOST]
        ],
        "text": harmless(tip.fields["text"]) if tip.fields.get("text") else None,
        "files": _file_rows(files),
        "files_total": tip.files.count(),
        "unviewed": unviewed_count(tip),
        "duplicates": tip.duplicates.defer("fields")[:MOST_LINKED],
        "versions": tip.versions.defer("fields")[:MOST_LINKED],
        "incident": _incident(tip),
        "shared": [(each.tip, [_shared(*pair) for pair in each.values[:5]]) for each in shared],
        "reports": list(reports_of(tip)[:MOST_LINKED]) if may_see_reports else [],
        "hidden_reports": 0 if may_see_reports else tip.report_links,
        "cases": cases,
        "steps": [_(step) for step in next_steps(tip, files, bool(cases.mine or cases.others))],
    }


def _incident(tip: Tip) -> QuerySet[Tip]:
    """Other tips about the same incident, the most urgent first."""
    others = Tip.objects.filter(incident=tip.incident_id).exclude(pk=tip.pk) if tip.incident_id else Tip.objects.none()
    return others.exclude(state=Tip.State.DUPLICATE).defer("fields").order_by("-rank", "number")[:MOST_LINKED]


def _moment(value: Fields | None) -> str:
    """A time as it was given, and the instant in UTC if its zone is known."""
    if not value:
        return ""
    raw, instant = visible(value["raw"]), value.get("instant")
    return f"{raw} ({instant[:16].replace('T', ' ')} UTC)" if instant and value.get("zone") == "known" else raw


def _happened(fields: Fields) -> list[Line]:
    """What the report says, by its own words, in reading order."""
    lines = [
        (gettext_noop("Marked urgent by the sender"), [_reason(fields.get("high_priority"))]),
        (gettext_noop("What happened"), [fields.get("description"), fields.get("incident_note")]),
        (gettext_noop("When"), [_moment(fields.get("incident"))]),
        (gettext_noop("Kind, as the sender calls it"), [fields.get("incident_type")]),
        (gettext_noop("Where"), [fields.get("platform"), *map(_internet, fields.get("internet", []))]),
        (gettext_noop("Marks of the sender"), fields.get("annotations", [])),
        (gettext_noop("Sent as one of many"), [_reason(fields.get("batched"))]),
        (gettext_noop("Received by the clearing house"), [_moment(fields.get("received"))]),
    ]
    said = [Line(_(label), [harmless(str(each)) for each in values if each]) for label, values in lines]
    return [line for line in said if line.values]


def _reason(given: str | None) -> str | None:
    return _("without a reason") if given == NOT_SAID else given


def _internet(detail: Fields) -> str:
    """One place on the internet: its kind, then its fields with addresses made harmless."""
    kind = _(INTERNET_KINDS.get(detail["kind"], detail["kind"]))
    return f"{kind}: " + "; ".join(f"{name} {_maybe_address(text)}" for name, text in detail.get("fields", []))


def _maybe_address(text: str) -> str:
    plain = visible(text)
    return defang(plain) if "://" in plain or (" " not in plain and "." in plain) else plain


def _people(fields: Fields) -> Iterable[Fields]:
    for part in ("reported", "victims", "recipients"):
        yield from fields.get(part, [])


def _person(person: Fields) -> tuple[str, list[Line]]:
    """(role, what the provider says of the person). Nothing of it was checked."""
    lines = [Line(_(label), _values(name, person.get(name))) for name, label in _PERSON.items()]
    return _(ROLES.get(person.get("role", ""), ROLES["reported"])), [line for line in lines if line.values]


def _values(name: str, given: Any) -> list[str]:
    values = given if isinstance(given, list) else [given]
    return [_value(name, each) for each in values if each not in (None, "")]


def _value(name: str, given: Any) -> str:
    if not isinstance(given, Mapping):
        return defang(visible(str(given))) if name in _HARMFUL else visible(str(given))
    if "value" not in given:  # a location
        return ", ".join(visible(str(given[part])) for part in ("city", "region", "country") if given.get(part))
    value = visible(str(given["value"]))
    value = defang(value) if name in _HARMFUL else value
    if given.get("verified") is True:
        return _("%(value)s (checked by the provider)") % {"value": value}
    return f"{visible(str(given['kind']))}: {value}" if given.get("kind") else value


def _addresses(fields: Fields) -> Iterable[dict[str, Any]]:
    """IP addresses with port, time and event: what a request to an access provider needs."""
    for person in _people(fields):
        for each in person.get("ips", []):
            yield {
                "role": _(ROLES.get(person.get("role", ""), ROLES["reported"])),
                "address": defang(visible(each["address"])),
                "port": each.get("port"),
                "at": _moment(each.get("at")),
                "event": visible(each.get("event") or ""),
                "proxy": each.get("possible_proxy"),
            }


def _reference(each: Fields) -> str:
    parts = (each.get("agency"), each.get("country"), each.get("case_number"))
    return " · ".join(visible(part) for part in parts if part)


def _file_rows(files: list[TipFile]) -> list[dict[str, Any]]:
    restricted = restricted_among([each.sha256 for each in files])
    return [
        {
            "file": each,
            "is_restricted": each.sha256 in restricted,
            "problems": [(_problem(reason), visible(detail)) for _what, reason, detail in each.problems],
            "known": [(known["name"], known["label"], known["signal"], known["distance"]) for known in each.known[:5]],
        }
        for each in files
    ]


def _shared(purpose: str, value: str) -> str:
    shown = defang(visible(value)) if purpose in _HARMFUL else visible(value)
    return f"{_(_PURPOSES.get(purpose, purpose))} {shown[:120]}"


def _problem(reason: str) -> str:
    """A permanent key in words; one that only reading or comparing a file gives has the words of every room."""
    return _(PROBLEMS[reason]) if reason in PROBLEMS else in_words(reason)


class Skip(NamedTuple):
    reason: str  # in words
    count: int
    examples: list[tuple[str, str]]


def skips(delivery: Delivery) -> list[Skip]:
    """What was not read or has a problem, the most frequent first, with the first of each."""
    first: dict[str, list[tuple[str, str]]] = {}
    for what, reason, detail in delivery.examples:
        first.setdefault(reason, []).append((visible(what), visible(detail)))
    ordered = sorted(delivery.skipped.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Skip(_problem(reason), count, first.get(reason, [])[:3]) for reason, count in ordered]
