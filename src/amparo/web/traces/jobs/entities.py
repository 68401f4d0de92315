"""The job that computes a chain's entities; an older build is brought up to the store's tip."""

from django.db import transaction
from django.utils import timezone

from amparo.ledger.clusters import Clusters
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import record
from amparo.web.common.jobs import Run, handler
from amparo.web.traces import news
from amparo.web.traces.actions.chains import store_of
from amparo.web.traces.entities import facts_of, place_of
from amparo.web.traces.models import ChainWindow


@handler("traces.entities")
def run_entities(run: Run) -> None:
    chain = ChainWindow.objects.get(pk=run.job.parameters["chain"])
    store, place = store_of(chain), place_of(chain)
    if place.exists():
        clusters = Clusters.update(store, place, progress=run.progress)
    else:
        clusters = Clusters.build(store, place, progress=run.progress)
    facts = facts_of(clusters, store)
    agency = Agency.objects.get(pk=run.job.agency_id)
    with transaction.atomic():
        chain.entities = {**facts, "at": timezone.now().isoformat(timespec="seconds")}
        chain.save(update_fields=["entities"])
        record(
            news.ENTITIES_MADE,
            actor=Person.objects.get(pk=run.job.actor_id).actor,
            agency_id=agency.pk,
            object=f"chain:{chain.pk}",
            facts={"entities": facts["entities"], "addresses": facts["addresses"]},
        )
        run.finish()
