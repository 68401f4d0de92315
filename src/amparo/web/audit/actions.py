"""record(): the one way into a log. Call it inside the transaction of the change that it records."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from amparo.base import utc_now
from amparo.custody import Event as CustodyEvent
from amparo.custody import event_line, first_prev, next_prev
from amparo.web.audit.actors import Actor
from amparo.web.audit.catalogue import ACTIONS
from amparo.web.audit.models import LogHead, LogLine
from amparo.web.common.events import Event, publish


def case_log(case_id: UUID) -> str:
    return f"case:{case_id}"


def agency_log(agency_id: UUID) -> str:
    return f"agency:{agency_id}"


def intake_log(agency_id: UUID) -> str:
    return f"intake:{agency_id}"


@transaction.atomic
def record(
    action: str,
    *,
    actor: Actor,
    agency_id: UUID,
    case_id: UUID | None = None,
    object: str = "",
    facts: Mapping[str, Any] | None = None,
    reason: str | None = None,
    auth: str | None = None,
    before: str | None = None,
    after: str | None = None,
    day_only: bool = False,
) -> LogLine:
    """Append one line to the case's custody log (or the agency's, or the intake log) and publish the news.

    `facts` are plain canonical values, never content or an observable's value. `before` and `after` are digests
    ("sha256:…"). `day_only` is for intake: the line goes to the intake log, the time is cut to
    the day and the clock says so.
    """
    declared = ACTIONS[action]
    log = intake_log(agency_id) if day_only else case_log(case_id) if case_id else agency_log(agency_id)
    head = _locked_head(log, agency_id, case_id)
    now = utc_now()
    event = CustodyEvent(
        actor=actor.name,
        role=actor.role,
        action=declared.name,
        object=object,
        at=now.replace(hour=0, minute=0, second=0, microsecond=0) if day_only else now,
        clock="day" if day_only else "system",
        reason=reason,
        auth=auth,
        before=before,
        after=after,
        facts=dict(facts or {}),
    )
    entry = _append(head, event, agency_id=agency_id, case_id=case_id, actor_id=actor.id)
    publish(
        Event(
            name=action,
            agency_id=str(agency_id),
            case_id=str(case_id) if case_id else None,
            actor_id=str(actor.id) if actor.id else None,
            object=object,
            facts=dict(facts or {}),
        )
    )
    return entry


def _append(
    head: LogHead, event: CustodyEvent, *, agency_id: UUID, case_id: UUID | None, actor_id: UUID | None
) -> LogLine:
    """Write the event as the next line of the log whose head is locked."""
    line = event_line(event, log=head.log, seq=head.seq + 1, prev=head.prev)
    head.seq += 1
    head.prev = next_prev(line)
    head.save(update_fields=["seq", "prev"])
    return LogLine.objects.create(
        log=head,
        seq=head.seq,
        line=line,
        action=event.action,
        agency_id=agency_id,
        case_id=case_id,
        actor_id=actor_id,
        object=event.object[:300],
        day=event.at.date(),
    )


def _locked_head(log: str, agency_id: UUID, case_id: UUID | None) -> LogHead:
    """Return the head row under a write lock (PostgreSQL: FOR UPDATE; SQLite: the write transaction itself)."""
    LogHead.objects.get_or_create(
        log=log, defaults={"agency_id": agency_id, "case_id": case_id, "prev": first_prev(log)}
    )
    return LogHead.objects.select_for_update().get(log=log)


def digest_of(text: str) -> str:
    """`sha256:…` of a text, for a line's `before` and `after`."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
