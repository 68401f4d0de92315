"""Mutations about entities: compute them, hold a transaction back that should not join."""

from django.db import transaction

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.traces import news
from amparo.web.traces.actions.chains import store_of
from amparo.web.traces.errors import NoReason
from amparo.web.traces.models import ChainWindow, HeldEdge


@transaction.atomic
def start_entities(*, actor: Person, chain: ChainWindow) -> Job:
    """Queue the computing of a chain's entities. Raises NotAllowed."""
    require(actor, "traces.run")
    job = start_job(
        "traces.entities",
        agency_id=actor.agency_id,
        actor_id=actor.pk,
        subject=chain.name,
        parameters={"chain": str(chain.pk)},
    )
    chain.clustering_job_id = job.pk
    chain.save(update_fields=["clustering_job_id"])
    return job


@transaction.atomic
def hold_edge(*, actor: Person, chain: ChainWindow, transaction_text: str, reason: str) -> HeldEdge:
    """Take a transaction out of the agency's view of entities. Raises NotAllowed, NoReason, NotLoaded."""
    require(actor, "traces.run")
    if not reason.strip():
        raise NoReason
    txid = store_of(chain).find_tx(transaction_text).txid
    held, new = HeldEdge.objects.get_or_create(
        agency=actor.agency, chain=chain, txid=txid, defaults={"reason": reason.strip()[:300], "held_by": actor}
    )
    if new:
        _record(news.EDGE_HELD, actor, held, held.reason)
    return held


@transaction.atomic
def release_edge(*, actor: Person, held: HeldEdge) -> None:
    """Let a transaction join again. Raises NotAllowed."""
    require(actor, "traces.run")
    _record(news.EDGE_RELEASED, actor, held, None)
    held.delete()


def _record(action: str, actor: Person, held: HeldEdge, reason: str | None) -> None:
    record(
        action,
        actor=actor.actor,
        agency_id=actor.agency_id,
        object=f"chain:{held.chain_id}",
        reason=reason,
        facts={"txid": held.txid},
    )
