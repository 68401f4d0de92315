"""The report as plain data in one language: what HTML and PDF both draw. JSON types only.

A sentence is a list of [text, is_fact] pairs. A table is {"head": [label…], "rows": [[cell…]…], "mono": [column…]}.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amparo.base import Recipe, canonical, iso_ms, visible
from amparo.bundle.annex import section_view
from amparo.bundle.content import (
    RESTRICTED,
    BundleContent,
    CompletenessRow,
    IssuedFinding,
    KeyFacts,
    State,
)
from amparo.bundle.render import Part, Translate, fill, parts_of
from amparo.bundle.words import (
    AUTHORISATION_KINDS,
    CLAIMS,
    EXERCISE,
    EXHIBIT_KINDS,
    GROUNDS,
    LABELS,
    LEVELS,
    RIGHT_TO_LEFT,
    ROLES,
    SENTENCES,
    STATES,
    TITLE,
)
from amparo.findings import Statement

Sentence = list[list[Any]]
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CustodyFacts:
    """What the report says of one log: its length, its head, and the first events as parsed lines."""

    log: str
    length: int
    head: str
    events: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What is known only while the bundle is written."""

    at: datetime
    signer: KeyFacts
    verifier_sha256: str
    rows: Sequence[CompletenessRow]
    custody: Sequence[CustodyFacts]


class Speaker:
    """One language: gives labels and sentences."""

    def __init__(self, language: str, translate: Translate) -> None:
        self.language = language
        self.translate = translate

    def word(self, sentence: str) -> str:
        return self.translate(self.language, sentence)

    def label(self, key: str) -> str:
        return self.word(LABELS[key])

    def roles(self, joined: str) -> str:
        """`learner+supervisor` in words: an actor may hold several roles."""
        return ", ".join(visible(self.word(ROLES.get(role, role))) for role in joined.split("+"))

    def say(self, key: str, **facts: object) -> Sentence:
        return _pairs(fill(self.word(SENTENCES[key]), facts))

    def state(self, statement: Statement) -> Sentence:
        return _pairs(parts_of(statement, self.translate, self.language))

    def table(self, labels: Sequence[str], rows: list[list[str]], mono: Sequence[int] = ()) -> Table:
        return {"head": [self.label(key) for key in labels], "rows": rows, "mono": list(mono)}


def _pairs(parts: list[Part]) -> Sentence:
    return [[part.text, part.fact] for part in parts]


def report_view(content: BundleContent, facts: ReportFacts, language: str, translate: Translate) -> dict[str, Any]:
    """Return the whole report in `language`."""
    speaker = Speaker(language, translate)
    return {
        "language": language,
        "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "title": speaker.word(TITLE),
        "exercise": speaker.word(EXERCISE) if content.exercise else None,
        "claims": speaker.word(CLAIMS),
        "labels": {key: speaker.label(key) for key in LABELS},
        "nothing": speaker.say("nothing"),
        "attached": speaker.say("attached"),
        "larger": speaker.say("larger"),
        "case": _case(content, facts, speaker),
        "totals": _totals(content, facts, speaker),
        "keys": _keys(content, speaker),
        "verify": _verify(facts, speaker),
        "notes": [speaker.state(note) for note in content.notes],
        "findings": [
            {
                **_finding(each, n, facts, speaker),
                "picture": _picture(content.pictures, each.picture, language),
                "sheets": [_picture(content.pictures, sheet, language) for sheet in each.sheets],
            }
            for n, each in enumerate(content.findings, start=1)
        ],
        "exhibits": _exhibits(content, speaker),
        "authorisations": _authorisations(content, speaker),
        "completeness": _completeness(facts.rows, speaker),
        "custody": [_custody(each, content, speaker) for each in facts.custody],
    }


def _case(content: BundleContent, facts: ReportFacts, speaker: Speaker) -> list[list[str]]:
    return [
        [speaker.label("case"), visible(content.case_ref)],
        [speaker.label("agency"), visible(content.agency)],
        [speaker.label("issued"), _moment(facts.at)],
        [speaker.label("signed_by"), f"{visible(facts.signer.holder)} ({speaker.roles(facts.signer.role)})"],
        [speaker.label("fingerprint"), facts.signer.id],
    ]


def _totals(content: BundleContent, facts: ReportFacts, speaker: Speaker) -> list[Sentence]:
    states = Counter(row.state for row in facts.rows)
    return [
        speaker.say(
            "cited",
            cited=len(facts.rows),
            included=states[State.INCLUDED],
            withheld=states[State.WITHHELD],
            thumbnails=states[State.THUMBNAIL_ONLY],
        ),
        speaker.say(
            "counts",
            findings=len(content.findings),
            exhibits=len(content.exhibits),
            events=sum(each.length for each in facts.custody),
        ),
    ]


def _keys(content: BundleContent, speaker: Speaker) -> dict[str, Any]:
    labels = ["fingerprint", "holder", "role", "valid_from", "valid_to", "revoked"]
    rows = [
        [
            each.id,
            visible(each.holder),
            speaker.roles(each.role),
            _day(each.valid_from),
            _day(each.valid_to),
            _day(each.revoked),
        ]
        for each in content.keys
    ]
    return {"compare": speaker.say("compare"), "table": speaker.table(labels, rows, mono=[0])}


def _verify(facts: ReportFacts, speaker: Speaker) -> dict[str, Any]:
    return {
        "need": speaker.say("need"),
        "verifier": speaker.say("verifier"),
        "sha256": facts.verifier_sha256,
        "run": speaker.say("run"),
        "command": "python3 verify.py BUNDLE",
        "answers": speaker.say("answers"),
    }


def _finding(each: IssuedFinding, number: int, facts: ReportFacts, speaker: Speaker) -> dict[str, Any]:
    finding = each.finding
    hidden = {row.ref: row for row in facts.rows if row.ground == RESTRICTED}
    return {
        "heading": speaker.say("finding", number=number),
        "id": visible(finding.id),
        "claim": speaker.state(finding.claim),
        "level": speaker.word(LEVELS[finding.level.value]),
        "recipe": _recipe(finding.recipe, speaker) if finding.recipe else None,
        "no_recipe": speaker.say("no_recipe"),
        "supports": [speaker.state(part) for part in finding.supports] or [speaker.say("no_supports")],
        "against": [speaker.state(part) for part in finding.against] or [speaker.say("no_against")],
        "known_error": _known_error(each, speaker),
        "cites": [visible(ref) for ref in finding.inputs],
        "author": visible(each.author),
        "reviewers": [visible(name) for name in each.reviewers],
        "not_reviewed": speaker.say("not_reviewed"),
        "sections": [section_view(part, speaker.translate, speaker.language) for part in each.sections],
        "placeholders": [
            {"ref": visible(ref), "words": speaker.say("placeholder"), "sha256": hidden[ref].sha256 or "-"}
            for ref in finding.inputs
            if ref in hidden
        ],
    }


def _picture(pictures: Mapping[str, str], name: str | None, language: str) -> str | None:
    """Return the name of the picture's own version for `language` ("F3.ar") if there is one, else the picture's."""
    translated = f"{name}.{language}"
    return translated if name is not None and translated in pictures else name


def _known_error(each: IssuedFinding, speaker: Speaker) -> Sentence:
    if each.finding.known_error is not None:
        return speaker.state(each.finding.known_error)
    exact = each.finding.level.value in ("observed", "derived")
    return speaker.say("exact" if exact else "no_error")


def _recipe(recipe: Recipe, speaker: Speaker) -> dict[str, Any]:
    rows = [
        [speaker.label("recipe"), f"recipes/{recipe.id}.json"],
        [speaker.label("tool"), f"{visible(recipe.tool)} {visible(recipe.version)}"],
        [speaker.label("parameters"), visible(canonical(dict(recipe.parameters)))],
        *(
            [f"{speaker.label('inputs')}: {visible(name)}", visible(recipe.inputs[name])]
            for name in sorted(recipe.inputs)
        ),
        [speaker.label("output"), visible(recipe.output)],
    ]
    return {"rows": rows, "rerun": speaker.say("rerun")}


def _exhibits(content: BundleContent, speaker: Speaker) -> Table:
    rows = [
        [
            visible(each.number),
            "; ".join([visible(each.label), *(_fact(key, each.facts[key], speaker) for key in sorted(each.facts))]),
            visible(speaker.word(EXHIBIT_KINDS.get(each.kind, each.kind))),
            "-" if each.size is None else str(each.size),
            each.sha256,
        ]
        for each in content.exhibits
    ]
    return speaker.table(["number", "label", "kind", "size", "sha256"], rows, mono=[4])


def _fact(name: str, value: object, speaker: Speaker) -> str:
    """A fact of an exhibit; its name, and a value that is one of our sentences, in the report's language."""
    return visible(f"{speaker.word(name)}: {speaker.word(str(value))}")


def _authorisations(content: BundleContent, speaker: Speaker) -> Table:
    rows = [
        [
            visible(each.number),
            speaker.word(AUTHORISATION_KINDS.get(each.kind, each.kind)),
            visible(each.reference),
            visible(each.issuer),
            each.valid_from,
            each.valid_to or "-",
        ]
        for each in content.authorisations
    ]
    return speaker.table(["number", "kind", "reference", "issuer", "valid_from", "valid_to"], rows)


def _completeness(rows: Sequence[CompletenessRow], speaker: Speaker) -> Table:
    cells = [
        [
            visible(row.ref),
            speaker.word(STATES[row.state.value]),
            ", ".join(visible(name) for name in row.cited_by),
            speaker.word(GROUNDS.get(row.ground, visible(row.ground))) if row.ground else "-",
            visible(row.decided_by or "-"),
            row.sha256 or "-",
        ]
        for row in rows
    ]
    return speaker.table(["item", "state", "cited_by", "ground", "decided_by", "sha256"], cells, mono=[0, 5])


def _custody(each: CustodyFacts, content: BundleContent, speaker: Speaker) -> dict[str, Any]:
    rows = [_event(event, content, speaker) for event in each.events]
    return {
        "shown": speaker.say("events_shown", shown=len(rows), total=each.length),
        "head_words": speaker.say("head", log=each.log),
        "head": each.head,
        "table": speaker.table(["number", "time", "person", "action", "object", "reason"], rows),
    }


def _event(event: Mapping[str, Any], content: BundleContent, speaker: Speaker) -> list[str]:
    action = str(event["action"])
    person = str(event.get("actor_name") or event["actor"])
    return [
        str(event["seq"]),
        visible(str(event["at"])).replace("T", " ").removesuffix("Z"),
        f"{visible(person)} ({speaker.roles(str(event['role']))})",
        speaker.word(content.action_words[action]) if action in content.action_words else visible(action),
        visible(str(event["object"])),
        visible(str(event["reason"] or "-")),
    ]


def _moment(at: datetime) -> str:
    return f"{iso_ms(at)[:16].replace('T', ' ')} UTC"


def _day(at: datetime | None) -> str:
    return "-" if at is None else iso_ms(at)[:10]
