"""The job that looks for joins between the books of a case, and between them and loaded chains."""

from django.db import transaction
from django_scopes import scope

from amparo.ledger import Store
from amparo.ledger.joins import propose
from amparo.web.accounts.models import Agency
from amparo.web.cases.models import Case
from amparo.web.common.jobs import Run, handler
from amparo.web.traces.actions.chains import store_of
from amparo.web.traces.actions.joins import keep_proposals
from amparo.web.traces.books import books_of
from amparo.web.traces.models import ChainWindow


@handler("traces.joins")
def run_joins(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        case = Case.objects.get(pk=run.job.parameters["case"])
        proposals = propose([store for _, store in books_of(case)], chains=chains_of(case))
        with transaction.atomic():
            keep_proposals(case, proposals)
            run.finish()


def chains_of(case: Case) -> dict[str, Store]:
    """Network -> the largest loaded chain of it that the case may meet."""
    found: dict[str, ChainWindow] = {}
    for chain in ChainWindow.of(case.agency).order_by("transactions"):
        found[chain.network] = chain
    return {network: store_of(chain) for network, chain in found.items()}
