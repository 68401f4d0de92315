"""Mutations of joins: look for them, and decide. The engine proposes all candidates; a person takes one or none."""

from django.db import transaction
from django.utils import timezone

from amparo.ledger.accounts import Join
from amparo.ledger.joins import Decision, Proposal, accepted_joins, decide, join_id
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.traces import news
from amparo.web.traces.books import books_of
from amparo.web.traces.models import JoinDecision


@transaction.atomic
def start_joins(*, actor: Person, case: Case) -> Job:
    """Queue the search for joins between all books of the case. Raises NotAllowed, OutsideAuthorisation."""
    require(actor, "traces.run")
    require_authorisation(case, "financial")
    return start_job(
        "traces.joins",
        agency_id=case.agency_id,
        case_id=case.pk,
        actor_id=actor.pk,
        subject=case.number,
        parameters={"case": str(case.pk)},
    )


def keep_proposals(case: Case, proposals: tuple[Proposal, ...]) -> int:
    """Keep what was proposed beside what was decided; proposals that no longer hold go. Returns how many stand."""
    keys = {join_id(each.join): each for each in proposals}
    JoinDecision.objects.filter(case=case, state=JoinDecision.State.PROPOSED).exclude(key__in=keys).delete()
    for key, each in keys.items():
        JoinDecision.objects.get_or_create(
            case=case,
            key=key,
            defaults={"join": {**each.join.as_dict(), "rivals": each.rivals}, "level": each.join.level.value},
        )
    return len(keys)


@transaction.atomic
def decide_join(*, actor: Person, decision: JoinDecision, accepted: bool, why: str) -> None:
    """Accept or reject a join, with the reason; decided again, the last word counts.

    Raises NotAllowed, OutsideAuthorisation, the engine's DecisionNeeds and JoinsClash.
    """
    require(actor, "traces.run")
    case = decision.case
    limits = require_authorisation(case, "financial")
    made = decide(proposal_of(decision), accepted=accepted, who=actor.username, why=why, when=timezone.now())
    decision.state = JoinDecision.State.ACCEPTED if accepted else JoinDecision.State.REJECTED
    decision.reason, decision.decided_by, decision.decided = made.why[:300], actor, timezone.now()
    decision.save()
    joins_of(case)
    record(
        news.JOIN_DECIDED,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"join:{decision.key}",
        auth=" ".join(limits.numbers),
        reason=decision.reason,
        facts={"state": decision.state, "level": decision.level},
    )


def proposal_of(decision: JoinDecision) -> Proposal:
    value = {name: part for name, part in decision.join.items() if name != "rivals"}
    return Proposal(Join.from_dict(value), int(decision.join.get("rivals", 0)))


def joins_of(case: Case) -> list[Join]:
    """The accepted joins of a case, each with who accepted it. Raises JoinsClash where they take more than moved."""
    rows = JoinDecision.objects.filter(case=case, state=JoinDecision.State.ACCEPTED).select_related("decided_by")
    decisions = [_decision(each) for each in rows.order_by("decided")]
    return accepted_joins(decisions, [store for _, store in books_of(case)])


def _decision(row: JoinDecision) -> Decision:
    proposal = proposal_of(row)
    who = row.decided_by.username if row.decided_by else "-"
    when = (row.decided or row.proposed).isoformat(timespec="milliseconds")
    return Decision(proposal.join, True, who, row.reason, when, proposal.rivals)
