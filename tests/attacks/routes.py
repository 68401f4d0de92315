"""Every route of the desk, walked from its URL configuration, and where each is placed: what it takes, who may use it.

A route that nobody placed fails `test_every_route_is_placed`: whoever adds one says here which object it takes and
which permission it needs, and all matrices then run over it by themselves.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from unit import Unit, undone

from amparo.web.exhibits.models import Item
from amparo.web.sightings.models import Sighting


class Place(NamedTuple):
    """`takes`: label of the model whose key is in the address. `bound`: "case" = members of its case only."""

    needs: str  # permission; "" = any member of staff; several with "|" = one of them is enough
    takes: str = ""
    bound: str = "agency"


def _case(needs: str, takes: str = "cases.Case") -> Place:
    return Place(needs, takes, "case")


#: Everybody's own sign-in and language: these pages know no object of ours.
ACCOUNT: Final = re.compile(r"(account|mfa)_\w+|set_language")
#: Token bearers only; the matrices try them without a token.
API: Final = re.compile(r"api:[\w-]+")
PLACES: Final[dict[str, Place]] = {
    "start": Place(""),
    "reports:queue": Place("reports.queue"),
    "reports:find": Place("reports.queue"),
    "reports:room": Place("reports.read"),
    "reports:enrol": Place("reports.read", "accounts.Person"),
    "reports:case": _case("cases.see"),
    "reports:report": Place("reports.queue", "reports.Report"),
    "reports:take": Place("reports.read", "reports.Report"),
    "reports:state": Place("reports.answer", "reports.Report"),
    "reports:answer": Place("reports.answer", "reports.Report"),
    "reports:open-case": Place("cases.open", "reports.Report"),
    "tips:queue": Place("tips.see"),
    "tips:senders": Place("tips.see"),
    "tips:deliveries": Place("tips.see"),
    "tips:delivery": Place("tips.see", "tips.Delivery"),
    "tips:again": Place("tips.import", "tips.Delivery"),
    "tips:import": Place("tips.import"),
    "tips:inbox": Place("tips.import"),
    "tips:policy": Place("tips.policy"),
    "tips:case": _case("tips.see"),
    "tips:tip": Place("tips.see", "tips.Tip"),
    "tips:take": Place("tips.work", "tips.Tip"),
    "tips:state": Place("tips.work", "tips.Tip"),
    "tips:new-case": Place("exhibits.deposit", "tips.Tip"),
    "tips:existing-case": Place("exhibits.deposit", "tips.Tip"),
    "cases:list": Place("cases.see"),
    "cases:new": Place("cases.open"),
    "cases:case": _case("cases.see"),
    "cases:authorise": _case("cases.manage"),
    "cases:add-member": _case("cases.manage"),
    "cases:enter-person": _case("cases.manage"),
    "cases:move-person": _case("cases.manage"),
    "exhibits:case": _case("exhibits.see"),
    "exhibits:deposit": _case("exhibits.deposit"),
    "exhibits:inbox": _case("exhibits.deposit"),
    "exhibits:exhibit": _case("exhibits.see", "exhibits.Exhibit"),
    "exhibits:item": _case("exhibits.see", "exhibits.Exhibit"),
    "exhibits:take": _case("items.take", "exhibits.Exhibit"),
    "exhibits:restrict": _case("matches.review", "exhibits.Exhibit"),
    "exhibits:check": _case("exhibits.see", "exhibits.Exhibit"),
    "exhibits:catalogue": _case("exhibits.deposit", "exhibits.Exhibit"),
    "sightings:case": _case("sightings.see"),
    "sightings:value": _case("sightings.see"),
    "sightings:export": _case("sightings.see"),
    "sightings:extract": _case("exhibits.deposit", "exhibits.Exhibit"),
    "matches:lists": Place("matches.see"),
    "matches:import": Place("lists.import"),
    "matches:list": Place("matches.see", "matches.HashList"),
    "matches:withdraw": Place("lists.import", "matches.HashList"),
    "matches:coming": Place("lists.import", "matches.ListImport"),
    "matches:later": Place("matches.scan", "matches.HashList"),
    "matches:feedback": Place("lists.import", "matches.HashList"),
    "matches:negatives": Place("matches.see"),
    "matches:agree": Place("matches.review", "matches.NegativeEntry"),
    "matches:end": Place("matches.review", "matches.NegativeEntry"),
    "matches:scanned": _case("matches.see", "matches.Scan"),
    "matches:quarantine": _case("matches.review", "matches.Quarantine"),
    "matches:entry": _case("matches.see", "matches.Match"),
    "matches:negative": _case("matches.review", "matches.Match"),
    "matches:case": _case("matches.see"),
    "matches:scan": _case("matches.scan", "exhibits.Exhibit"),
    "matches:match": _case("matches.see", "matches.Match"),
    "matches:review": _case("matches.review", "matches.Match"),
    "matches:reveal": _case("media.reveal", "matches.Match"),
    "matches:picture": _case("matches.see", "matches.Match"),
    "matches:decide": _case("matches.review", "matches.Match"),
    "matches:apart": _case("matches.review", "matches.Match"),
    "matches:frame": _case("matches.see", "matches.Match"),
    "matches:unknown": _case("matches.see"),
    "matches:group-unknown": _case("matches.scan"),
    "matches:unknown-item": _case("matches.see", "exhibits.Exhibit"),
    "matches:unknown-picture": _case("matches.see", "exhibits.Exhibit"),
    "matches:unknown-reveal": _case("media.reveal", "exhibits.Exhibit"),
    "matches:policy": Place("matches.see"),
    "matches:decide-policy": Place("matches.policy"),
    "matches:break": Place("matches.review"),
    "matches:decisions": Place("matches.review"),
    "matches:exposures": Place("media.reveal"),
    "traces:chains": Place("traces.see"),
    "traces:load": Place("traces.run"),
    "traces:tags": Place("traces.run"),
    "traces:case": _case("traces.see"),
    "traces:new": _case("traces.run"),
    "traces:trace": _case("traces.see", "traces.Trace"),
    "traces:export": _case("traces.see", "traces.Trace"),
    "traces:chain": Place("traces.see"),
    "traces:append": Place("traces.run"),
    "traces:join-entities": Place("traces.run"),
    "traces:look-up": Place("traces.see"),
    "traces:address": Place("traces.see"),
    "traces:from-address": Place("traces.see"),
    "traces:entity": Place("traces.see"),
    "traces:transaction": Place("traces.see"),
    "traces:peel": Place("traces.see"),
    "traces:path": Place("traces.see"),
    "traces:hold-edge": Place("traces.run"),
    "traces:release-edge": Place("traces.run", "traces.HeldEdge"),
    "traces:own-tags": Place("traces.see"),
    "traces:own-tags-export": Place("traces.run"),
    "traces:own-tag-review": Place("traces.run", "traces.OwnTag"),
    "traces:own-tag-withdraw": Place("traces.run", "traces.OwnTag"),
    "traces:pack": Place("traces.see", "traces.TagPack"),
    "traces:rates": Place("traces.run"),
    "traces:books": _case("traces.see"),
    "traces:book": _case("traces.see", "traces.Book"),
    "traces:read": _case("traces.run", "exhibits.Exhibit"),
    "traces:joins": _case("traces.see"),
    "traces:look-for-joins": _case("traces.run"),
    "traces:decide-join": _case("traces.run", "traces.JoinDecision"),
    "traces:new-account-trace": _case("traces.run"),
    "traces:mark": _case("traces.run", "traces.Trace"),
    "traces:unmark": _case("traces.run", "traces.TraceMark"),
    "traces:worklist": _case("traces.see", "traces.Trace"),
    "traces:export-worklist": _case("traces.see", "traces.Trace"),
    "court:case": _case("findings.see"),
    "court:offence": _case("findings.make"),
    "court:support": _case("findings.make"),
    "court:build": _case("bundles.build"),
    "court:finding": _case("findings.see", "court.Finding"),
    "court:withdraw": _case("findings.make", "court.Finding"),
    "court:keep-trace": _case("findings.make", "traces.Trace"),
    "court:reading": Place("bundles.read"),
    "court:bundle": _case("findings.see|bundles.read", "court.Bundle"),
    "court:hand-over": _case("bundles.build", "court.Bundle"),
    "court:download": _case("findings.see|bundles.read", "court.Bundle"),
    "court:report": _case("findings.see|bundles.read", "court.Bundle"),
    "referrals:list": Place("referrals.receive"),
    "referrals:partner": Place("partners.manage"),
    "referrals:receive": Place("referrals.receive"),
    "referrals:case": _case("referrals.send"),
    "referrals:referral": Place("referrals.receive", "referrals.Referral"),
    "referrals:download": _case("referrals.send", "referrals.Referral"),
    "classroom:list": Place("classroom.learn"),
    "classroom:start": Place("classroom.teach"),
    "people:list": Place("accounts.manage"),
    "people:add": Place("accounts.manage"),
    "people:roles": Place("accounts.manage", "accounts.Person"),
    "people:end": Place("accounts.manage", "accounts.Person"),
    "people:token": Place("tokens.manage"),
    "people:revoke": Place("tokens.manage", "accounts.ApiToken"),
    "oversight:seat": Place("oversight.read"),
    "jobs:job": _case("jobs.see", "common.Job"),
}
#: Parts of an address beside the object's key, each with a value that exists in `unit`.
PARTS: Final = {
    "number": lambda unit: "P1",
    "key": lambda unit: Sighting.objects.filter(case=unit.case).values_list("value_key", flat=True)[0],
    "language": lambda unit: "en",
    "chain_id": lambda unit: unit.chain.pk,
    "text": lambda unit: unit.paid,
    "address": lambda unit: unit.paid,
    "trace_id": lambda unit: unit.objects["traces.Trace"][0].pk,
    "rule": lambda unit: "fifo",
    "uidb36": lambda unit: "1",
}


#: What the matrices send with every request: a route that reads one of these fields gets something it understands.
PROBE: Final = {
    "reason": "To see", "rule": "fifo", "decision": "unsure", "template": "ask-where", "state": "triaged",
    "value": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "casepack": "clinic", "seed": "1",
}  # fmt: skip


class Route(NamedTuple):
    name: str
    template: str  # "/cases/{pk}/"
    parts: tuple[str, ...]

    @property
    def place(self) -> Place | None:
        if ACCOUNT.fullmatch(self.name) or API.fullmatch(self.name):
            return Place("")
        return PLACES.get(self.name)

    @property
    def id_part(self) -> str | None:
        """The one part of the address that holds an object's key."""
        return next((part for part in self.parts if part not in PARTS), None)

    def path(self, others: dict[str, str], pk: object = None) -> str:
        """The address, with `pk` as the object's key and `others` for all other parts."""
        values = {part: others[part] for part in self.parts if part in PARTS}
        return self.template.format(**values, **({self.id_part: pk} if self.id_part else {}))


def routes() -> list[Route]:
    return list(_walk(get_resolver("amparo.web.urls.desk"), "/", ()))


def _walk(resolver: URLResolver, prefix: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            text, parts = prefix + str(each.pattern), tuple(each.pattern.regex.groupindex)
            template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", _plain(text))
            yield Route(":".join((*spaces, each.name or "")), template, parts)
        else:
            inner = (*spaces, each.namespace) if each.namespace else spaces
            yield from _walk(each, prefix + str(each.pattern), inner)


def _plain(text: str) -> str:
    """A regular expression of allauth as a path: its groups become parts."""
    return re.sub(r"\(\?P(<\w+>)(?:[^()]|\\.)*?\)", r"\1", text).replace("^", "").replace("$", "")


def others_of(unit: Unit) -> dict[str, str]:
    """The parts' values in a worked unit, whose scope must be active."""
    return {name: str(value(unit)) for name, value in PARTS.items()}


def probe_of(unit: Unit) -> dict[str, str]:
    """PROBE with an item and a colleague that are there. The unit's scope must be active."""
    item = Item.objects.filter(exhibit=unit.exhibits[0], item_class="normal")[0]
    return {**PROBE, "path": item.path, "username": unit.members["judge-defence"].username}


def key_for(unit: Unit, route: Route) -> object:
    """The key of the object that this route takes, in `unit`."""
    place = route.place
    if place is None or not place.takes:
        return None
    special = {
        "referrals:referral": lambda: unit.received.pk,
        "referrals:download": lambda: unit.sent.pk,
        "court:bundle": lambda: unit.bundle.pk,
        "people:roles": lambda: unit.outsiders["analyst"].pk,
        "people:end": lambda: unit.outsiders["analyst"].pk,
        "reports:enrol": lambda: unit.second.pk,
    }
    if route.name in special:
        return special[route.name]()
    if place.takes == "matches.Match":
        return next(match.pk for match in unit.objects["matches.Match"] if match.state == "possible")
    if place.takes == "common.Job":
        return next(job.pk for job in unit.objects["common.Job"] if job.case_id)
    return unit.objects[place.takes][0].pk


class Answer(NamedTuple):
    """What came back, with what differs between any two requests taken out."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]

    @property
    def opened(self) -> bool:
        return self.status < 400


_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def ask(client: Client, method: str, path: str, data: dict[str, str], key: object = None) -> Answer:
    """One request, whose changes in the database are undone. `key` is taken out of what comes back."""
    with undone():
        response: HttpResponse = getattr(client, method)(path, data)
        body = response.getvalue() if response.streaming else response.content
    hide = str(key).encode()
    headers = tuple(sorted((name, value.replace(str(key), "KEY")) for name, value in response.items()))
    return Answer(response.status_code, _TOKEN.sub(b"", body).replace(hide, b"KEY"), headers)
