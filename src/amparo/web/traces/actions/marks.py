"""Mutations of what people mark on a trace: highlights, notes, pins. The engine's result is never touched."""

from django.db import transaction

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.traces import news
from amparo.web.traces.errors import EmptyMark
from amparo.web.traces.models import Trace, TraceMark


@transaction.atomic
def add_mark(*, actor: Person, trace: Trace, kind: str, key: str, text: str = "") -> TraceMark:
    """Mark a node of the picture. Raises NotAllowed, OutsideAuthorisation, EmptyMark; twice the same is one."""
    require(actor, "traces.run")
    limits = require_authorisation(trace.case, "financial")
    kind = TraceMark.Kind(kind)
    if not key.strip() or (kind == TraceMark.Kind.NOTE and not text.strip()):
        raise EmptyMark
    mark, new = TraceMark.objects.get_or_create(
        trace=trace, kind=kind, key=key.strip()[:200], text=text.strip()[:500], defaults={"made_by": actor}
    )
    if new:
        _record(news.TRACE_MARKED, actor, mark, " ".join(limits.numbers))
    return mark


@transaction.atomic
def remove_mark(*, actor: Person, mark: TraceMark) -> None:
    """Take a mark off the picture; the log keeps that it was there. Raises NotAllowed, OutsideAuthorisation."""
    require(actor, "traces.run")
    limits = require_authorisation(mark.trace.case, "financial")
    _record(news.TRACE_UNMARKED, actor, mark, " ".join(limits.numbers))
    mark.delete()


def _record(action: str, actor: Person, mark: TraceMark, auth: str) -> None:
    record(
        action,
        actor=actor.actor,
        agency_id=actor.agency_id,
        case_id=mark.trace.case_id,
        object=f"trace:{mark.trace_id}",
        auth=auth,
        facts={"number": mark.trace.number, "kind": mark.kind, "key": mark.key},
    )
