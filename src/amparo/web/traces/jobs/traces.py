"""The trace job: one rule after the other, each result kept as soon as it is there."""

from datetime import UTC, datetime, time

import numpy as np
from django.db import transaction
from django.utils.translation import gettext
from django_scopes import scope

from amparo.base import Progress
from amparo.ledger import StopRules, Store, flow_svg, trace
from amparo.ledger.clusters import excluded, kinds
from amparo.ledger.trace import Marks, trace_back
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.common.jobs import Run, handler
from amparo.web.traces import news
from amparo.web.traces.actions import all_seeds, store_of
from amparo.web.traces.entities import entities_of
from amparo.web.traces.jobs.account_traces import Made, trace_accounts_by
from amparo.web.traces.models import Trace, TraceResult
from amparo.web.traces.tags import labels_of, service_addresses


def stops_of(found: Trace) -> StopRules:
    """What was asked for, as the engine takes it. A day ends at midnight UTC."""
    back = found.direction == Trace.Direction.BACKWARD
    bound = None
    if found.until is not None:
        bound = int(datetime.combine(found.until, time.min if back else time.max, UTC).timestamp())
    return StopRules(
        max_hops=found.max_hops,
        floor=found.floor,
        services=service_addresses() if found.at_services else frozenset(),
        dormant_days=found.dormant_days,
        first_time=bound if back else None,
        last_time=None if back else bound,
    )


def marks_of(found: Trace, store: Store) -> Marks:
    """Which transactions have the shape of a CoinJoin, where the trace stops at them."""
    if not found.at_mixers:
        return Marks()
    clusters = entities_of(found.chain, store)
    shapes = kinds(store) if clusters is None else clusters.shapes
    return Marks(mixers=excluded(shapes).astype(np.uint16))


@handler("traces.trace")
def run_trace(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        found = Trace.objects.select_related("chain", "case", "started_by").get(pk=run.job.parameters["trace"])
        one = trace_accounts_by if found.over_accounts else _trace_by
        for number, rule in enumerate(found.rules):
            if not found.results.filter(rule=rule).exists():
                _keep(run, found, number, one(found, rule, run.progress))
        _done(run, found)


def _trace_by(found: Trace, rule: str, progress: Progress) -> Made:
    """Over blocks, by one rule."""
    if found.chain is None:
        raise ValueError("a trace over accounts has no chain")
    store = store_of(found.chain)
    follow = trace_back if found.direction == Trace.Direction.BACKWARD else trace
    seeds, _ = all_seeds(store, found.starts)
    result = follow(store, seeds, rule, stops=stops_of(found), marks=marks_of(found, store), progress=progress)
    labels = labels_of(each.address for each in result.outputs if each.address)
    svg = flow_svg(result, title=f"{found.number} · {rule}", labels=labels)
    return Made(rule, result.as_dict(), result.totals.as_dict(), svg, result.recipe.as_dict())


def _keep(run: Run, found: Trace, number: int, made: Made) -> None:
    with transaction.atomic():
        TraceResult.objects.create(trace=found, **made._asdict())
        run.commit(cursor=made.rule, done=number + 1, total=len(found.rules), unit=gettext("rules"))


@transaction.atomic
def _done(run: Run, found: Trace) -> None:
    record(
        news.TRACE_DONE,
        actor=found.started_by.actor,
        agency_id=found.case.agency_id,
        case_id=found.case_id,
        object=f"trace:{found.pk}",
        auth=found.authorisations,
        facts={"number": found.number},
    )
    run.finish()
