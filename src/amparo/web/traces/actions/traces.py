"""Mutations: start a trace."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import transaction

from amparo.ledger import (
    TAINT_RULES,
    Seed,
    Store,
)
from amparo.ledger.trace.errors import TooManyOutputs
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.traces import news
from amparo.web.traces.actions.chains import store_of
from amparo.web.traces.addresses import totals_of
from amparo.web.traces.errors import ChainMayNotMeet, NoRule, NoStart, NotPaidHere, RuleHasNoWayBack, TooManyStarts
from amparo.web.traces.models import ChainWindow, Trace

TXID_SIGNS: Final = 64
MOST_STARTS: Final = 1000
MOST_OUTPUTS: Final = 10_000  # of one address
NAMED: Final = 5  # addresses an error names
ONE_WAY: Final = frozenset({"tiho"})  # rules that only lead onward


def seeds_of(store: Store, text: str) -> list[Seed]:
    """What a person typed as outputs to start from: a reference, or all outputs that pay an address.

    Raises the engine's BadReference, BadAddress, NotLoaded or TooManyOutputs, each of which names the text.
    """
    text = text.strip()
    if ":" in text or len(text) == TXID_SIGNS:
        store.find(text)
        return [Seed(text)]
    paid = store.outputs_to(text, MOST_OUTPUTS + 1)
    if not paid:
        raise NotPaidHere(address=text)
    if len(paid) > MOST_OUTPUTS:
        raise TooManyOutputs(name=text, outputs=totals_of(store, text).count, limit=MOST_OUTPUTS)
    return [Seed(each.ref) for each in paid]


def all_seeds(store: Store, starts: Iterable[str]) -> tuple[list[Seed], list[str]]:
    """The outputs of all starts, each once, and the addresses no loaded block pays.

    Raises as `seeds_of`; NotPaidHere only if nothing is left to start from.
    """
    found: dict[str, Seed] = {}
    left_out: list[str] = []
    for start in starts:
        try:
            found.update((seed.ref, seed) for seed in seeds_of(store, start))
        except NotPaidHere:
            left_out.append(start)
    if not found:
        raise NotPaidHere(address=", ".join(left_out[:NAMED]))
    return list(found.values()), left_out


def starts_in(text: str) -> list[str]:
    """The lines of what a person typed, each once. Raises TooManyStarts, NoStart."""
    starts = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not starts:
        raise NoStart
    if len(starts) > MOST_STARTS:
        raise TooManyStarts(starts=len(starts), limit=MOST_STARTS)
    return starts


def _chosen_rules(rules: Iterable[str], direction: Trace.Direction) -> list[str]:
    """Raises UnknownEntry, NoRule, RuleHasNoWayBack."""
    chosen = [TAINT_RULES[name].name for name in rules]
    if not chosen:
        raise NoRule
    if direction is Trace.Direction.BACKWARD and (one_way := ONE_WAY & set(chosen)):
        raise RuleHasNoWayBack(rule=", ".join(sorted(one_way)))
    return chosen


@transaction.atomic
def start_trace(
    *,
    actor: Person,
    case: Case,
    chain: ChainWindow,
    seed: str,
    rules: Iterable[str],
    max_hops: int | None = None,
    floor: int | None = None,
    at_services: bool = False,
    at_mixers: bool = False,
    dormant_days: int | None = None,
    until: date | None = None,
    direction: str = Trace.Direction.FORWARD,
    question: str = "",
) -> Trace:
    """Queue a trace from `seed` by each rule; a line each: height:pos, height:pos/vout, txid, txid:vout or an address.

    Raises NotAllowed, OutsideAuthorisation, NoRule, RuleHasNoWayBack, NoStart, TooManyStarts, ChainMayNotMeet,
    NotPaidHere, or the engine's error.
    """
    require(actor, "traces.run")
    limits = require_authorisation(case, "financial")
    direction = Trace.Direction(direction)
    chosen = _chosen_rules(rules, direction)
    if chain.is_exercise and not case.agency.is_exercise:
        raise ChainMayNotMeet(name=chain.name)
    starts = starts_in(seed)
    _, left_out = all_seeds(store_of(chain), starts)
    trace = Trace.objects.create(
        case=case,
        number=f"T{next_number(case.agency, f'trace:{case.pk}')}",
        chain=chain,
        seed=starts[0],
        seeds=starts[1:],
        left_out=left_out,
        rules=chosen,
        max_hops=max_hops,
        floor=floor,
        at_services=at_services,
        at_mixers=at_mixers,
        dormant_days=dormant_days,
        until=until,
        direction=direction,
        question=question,
        authorisations=" ".join(limits.numbers),
        started_by=actor,
    )
    queue_trace(trace)
    return trace


def queue_trace(trace: Trace) -> None:
    """Start the job of a new trace and write the custody line, in the caller's transaction."""
    case = trace.case
    job = start_job(
        "traces.trace",
        agency_id=case.agency_id,
        case_id=case.pk,
        actor_id=trace.started_by_id,
        subject=f"{trace.number}: {trace.seed}",
        parameters={"trace": str(trace.pk)},
    )
    trace.job_id = job.pk
    trace.save(update_fields=["job_id"])
    record(
        news.TRACE_STARTED,
        actor=trace.started_by.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"trace:{trace.pk}",
        auth=trace.authorisations,
        facts={"number": trace.number, "rules": trace.rules},
    )
