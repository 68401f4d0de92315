"""How much danger a tip speaks of and how much there is to act on: two scores of 0 to 100, each with its reasons.

They rank, they never hide or close a tip. Every point has a reason that the queue shows. What the sender says is taken
as said; nothing here finds that it is true.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from amparo.base import gettext_noop
from amparo.exchange.tips.kinds import squeezed
from amparo.exchange.tips.links import country_of_phone, ip_key
from amparo.exchange.tips.senders import SenderScore
from amparo.exchange.tips.signs import hands_on, words_of
from amparo.exchange.tips.tip import IpCapture, Tip, TipFile, TipPerson
from amparo.observables import SIGNS, Assessment, score, signs_in

#: Providers of internet access keep who had an address for about this long, where they keep it.
RECENT: Final = timedelta(days=90)
OLD: Final = timedelta(days=365)

#: Reason -> (points, the sentence the queue shows). Names are permanent: they stand in rows.
DANGER: Final[dict[str, tuple[int, str]]] = {
    "high-priority": (60, gettext_noop("the sender marked it as urgent")),
    "molestation": (50, gettext_noop("it is reported as sexual abuse of a child in person")),
    "hands-on": (45, gettext_noop("words that may speak of access to a child or of making such material")),
    "trafficking": (45, gettext_noop("it is reported as trafficking of a child")),
    "sex-tourism": (35, gettext_noop("it is reported as travel to abuse a child")),
    "enticement": (30, gettext_noop("it is reported as online enticement of a child")),
    **SIGNS,
    "sadistic": (45, gettext_noop("the sender marked it as sadistic exploitation")),
    "sextortion": (35, gettext_noop("the sender marked it as sextortion")),
    "solicitation": (10, gettext_noop("the sender marked it as asking for such material")),
    "live-streaming": (35, gettext_noop("a file is marked as live streaming")),
    "infant": (45, gettext_noop("a file is marked as showing an infant")),
    "violence": (25, gettext_noop("a file is marked as violent")),
    "self-production": (15, gettext_noop("a file may have been made by the child itself")),
    "young-child": (40, gettext_noop("it is about a child under 13")),
    "child": (25, gettext_noop("it is about a child of 13 to 17")),
    "class-a1": (15, gettext_noop("the provider gave a file its most severe class")),
    "victim-named": (15, gettext_noop("a victim is named or can be reached")),
    "new-material": (20, gettext_noop("the provider viewed files that no list knows")),
    "known-severe": (15, gettext_noop("files match lists in their most severe classes")),
    "repeated": (15, gettext_noop("the account was reported before")),
    "linked-case": (10, gettext_noop("it has something in common with a case of this unit")),
    "linked-report": (10, gettext_noop("it has something in common with a citizen's report")),
    "only-viral": (-25, gettext_noop("all its files are marked or known as old and widely spread")),
}
ACTIONABILITY: Final[dict[str, tuple[int, str]]] = {
    "ip-port": (30, gettext_noop("an address with port and time")),
    "ip-time": (20, gettext_noop("an address with time, without port")),
    "ip-only": (8, gettext_noop("an address without time")),
    "our-country": (20, gettext_noop("a place or telephone number in our country")),
    "phone": (15, gettext_noop("a telephone number")),
    "mail-verified": (15, gettext_noop("an e-mail address that the provider checked")),
    "mail": (8, gettext_noop("an e-mail address")),
    "person-named": (10, gettext_noop("a person is named")),
    "account": (8, gettext_noop("an account is named")),
    "device": (8, gettext_noop("a device is named")),
    "files": (10, gettext_noop("files came with it")),
    "recent": (10, gettext_noop("it happened within the last 90 days")),
    "sender-good": (5, gettext_noop("many tips of this sender led to a case")),
    "old": (-10, gettext_noop("it happened more than a year ago")),
    "proxies": (-10, gettext_noop("all its addresses may be proxies")),
    "sender-poor": (-10, gettext_noop("few tips of this sender led to a case")),
    "unviewed": (-5, gettext_noop("the provider viewed none of its files")),
    "batched": (-20, gettext_noop("many incidents were put into one report")),
    "informational": (-20, gettext_noop("the sender marked it as for information only")),
    "viral-meme": (-25, gettext_noop("all its files are marked as viral or as a meme")),
    "spam": (-30, gettext_noop("the sender marked it as spam")),
    "nothing": (-20, gettext_noop("it names no account, address or person to act on")),
}
REASONS: Final[dict[str, str]] = {name: sentence for name, (_, sentence) in (DANGER | ACTIONABILITY).items()}

_KINDS: Final = frozenset({"molestation", "trafficking", "sex-tourism", "enticement"})
_ANNOTATIONS: Final = {
    "sextortion": "sextortion", "sadisticonlineexploitation": "sadistic", "csamsolicitation": "solicitation",
}  # fmt: skip
_FILE_MARKS: Final = {
    "livestreaming": "live-streaming", "infant": "infant", "physicalharm": "violence", "violencegore": "violence",
    "possibleselfproduction": "self-production",
}  # fmt: skip
_OLD_MARKS: Final = frozenset({"viral", "potentialmeme"})


@dataclass(frozen=True, slots=True)
class TipFacts:
    """What we know besides the tip.

    `known`: files that match a list; `known_severe` and `known_viral` of them: in the most severe classes, and as
    widely spread. `reports`, `cases`, `tips`: how many others share a key with it. `country`: ours, ISO 3166 letters.
    `country_names`: how places may spell it. `now`: aware UTC; None where age should not count.
    """

    known: int = 0
    known_severe: int = 0
    known_viral: int = 0
    reports: int = 0
    cases: int = 0
    tips: int = 0
    sender: SenderScore | None = None
    country: str | None = None
    country_names: frozenset[str] = field(default_factory=frozenset)
    now: datetime | None = None


def assess(tip: Tip, facts: TipFacts = TipFacts()) -> Assessment:
    """Score one tip. The same tip and facts always give the same scores and reasons."""
    return score(DANGER, ACTIONABILITY, _danger(tip, facts), _action(tip, facts))


def _danger(tip: Tip, facts: TipFacts) -> Iterator[str]:
    if tip.high_priority is not None:
        yield "high-priority"
    if tip.incident_kind in _KINDS:
        yield tip.incident_kind
    yield from _marked(_ANNOTATIONS, tip.annotations)
    words = words_of(tip)
    yield from signs_in(words)
    if hands_on(words):
        yield "hands-on"
    yield from _about_the_child(tip)
    yield from _about_the_files(tip, facts)
    if facts.tips or any(person.prior_reports for person in tip.reported):
        yield "repeated"
    if facts.cases:
        yield "linked-case"
    if facts.reports:
        yield "linked-report"


def _marked(table: Mapping[str, str], marks: Iterable[str]) -> Iterator[str]:
    for mark in marks:
        if (name := table.get(squeezed(mark.partition(":")[0]))) is not None:
            yield name


def _about_the_child(tip: Tip) -> Iterator[str]:
    ages = [person.age for person in (*tip.victims, *tip.recipients) if person.age is not None]
    if any(age < 13 for age in ages):
        yield "young-child"
    elif any(age < 18 for age in ages):
        yield "child"
    if any(_reachable(person) for person in tip.victims):
        yield "victim-named"


def _reachable(person: TipPerson) -> bool:
    return bool(person.names or person.emails or person.phones or person.screen_names or person.user_ids)


def _about_the_files(tip: Tip, facts: TipFacts) -> Iterator[str]:
    for file in tip.files:
        yield from _marked(_FILE_MARKS, file.annotations)
        if file.classification == "A1":
            yield "class-a1"
    viewed = sum(file.viewed_by_provider is True for file in tip.files)
    if _all_old(tip, facts):
        yield "only-viral"
    elif viewed > facts.known:
        yield "new-material"
    if facts.known_severe:
        yield "known-severe"


def _named(tip: Tip) -> list[TipFile]:
    return [file for file in tip.files if file.named]


def _all_old(tip: Tip, facts: TipFacts) -> bool:
    files = _named(tip)
    return bool(files) and (_all_viral(files) or facts.known_viral >= len(files))


def _all_viral(files: list[TipFile]) -> bool:
    return all(any(squeezed(mark) in _OLD_MARKS for mark in file.annotations) for file in files)


def _action(tip: Tip, facts: TipFacts) -> Iterator[str]:
    something = [*_addresses(tip), *_contacts(tip)]
    yield from something
    if not something:
        yield "nothing"
    if _in_country(tip, facts):
        yield "our-country"
    yield from _age(tip, facts)
    if any(not file.missing for file in tip.files):
        yield "files"
    yield from _against(tip)
    if facts.sender is not None and facts.sender.verdict is not None:
        yield facts.sender.verdict


def _addresses(tip: Tip) -> Iterator[str]:
    """The best of the addresses that lead to a subscriber: with port and time, with time, alone."""
    captures = [each for each in _captures(tip) if any(ip_key(each.address))]
    timed = [each for each in captures if each.at is not None and each.at.instant is not None]
    if any(each.port is not None for each in timed):
        yield "ip-port"
    elif timed:
        yield "ip-time"
    elif captures:
        yield "ip-only"
    if captures and all(each.possible_proxy for each in captures):
        yield "proxies"


def _captures(tip: Tip) -> Iterator[IpCapture]:
    for person in tip.reported:
        yield from person.ips
    for file in tip.files:
        yield from file.ips


def _contacts(tip: Tip) -> Iterator[str]:
    people = tip.reported
    mails = [mail for person in people for mail in person.emails]
    holds = (
        ("phone", any(person.phones for person in people)),
        ("mail-verified", any(mail.verified for mail in mails)),
        ("mail", bool(mails) and not any(mail.verified for mail in mails)),
        ("person-named", any(person.names for person in people)),
        ("account", any(person.screen_names or person.user_ids or person.urls for person in people)),
        ("device", any(person.devices for person in people) or any(file.devices for file in tip.files)),
    )
    return (name for name, held in holds if held)


def _in_country(tip: Tip, facts: TipFacts) -> bool:
    """A place that is said to be in our country, or a number of its telephone plan."""
    if facts.country is None:
        return False
    ours = {squeezed(facts.country), *map(squeezed, facts.country_names)}
    places = (place.country for person in tip.people for place in person.locations)
    if any(place is not None and squeezed(place) in ours for place in places):
        return True
    phones = (phone.value for person in tip.people for phone in person.phones)
    return any(country_of_phone(phone) == facts.country.upper() for phone in phones)


def _age(tip: Tip, facts: TipFacts) -> Iterator[str]:
    times = [each.at for each in _captures(tip)]
    instants = [each.instant for each in (tip.incident, *times) if each is not None and each.instant is not None]
    if facts.now is None or not instants:
        return
    age = facts.now - max(instants)
    if timedelta(days=-1) <= age <= RECENT:
        yield "recent"
    elif age > OLD:
        yield "old"


def _against(tip: Tip) -> Iterator[str]:
    marks = {squeezed(mark) for mark in tip.annotations}
    files = _named(tip)
    if tip.batched is not None:
        yield "batched"
    if "spam" in marks:
        yield "spam"
    if "informational" in marks:
        yield "informational"
    if files and _all_viral(files):
        yield "viral-meme"
    if files and not any(file.viewed_by_provider for file in files):
        yield "unviewed"
