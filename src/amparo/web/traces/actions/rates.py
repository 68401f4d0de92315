"""Mutations: import a file of rates. The file is kept as it came; values are read from it, never typed in."""

import shutil
from pathlib import Path

from django.db import transaction

from amparo.ledger.rates import read_rates
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.traces import news
from amparo.web.traces.errors import NoGround, RatesThere
from amparo.web.traces.models import RateFile
from amparo.web.traces.rates import place_of


@transaction.atomic
def import_rates(*, actor: Person, path: Path, name: str, source: str, fiat: str) -> RateFile:
    """Keep a file of rates. Raises NotAllowed, RatesThere, NoGround, or the engine's error with file and line."""
    require(actor, "traces.run")
    if not (name.strip() and source.strip() and fiat.strip()):
        raise NoGround
    read = read_rates(path)
    if RateFile.objects.filter(sha256=read.sha256).exists():
        raise RatesThere(name=name)
    first, last = read.days
    found = RateFile.objects.create(
        agency=actor.agency,
        name=name.strip()[:120],
        source=source.strip()[:200],
        sha256=read.sha256,
        fiat=fiat.strip().upper()[:12],
        assets=sorted({each for pair in read.pairs for each in pair}),
        first_day=first,
        last_day=last,
        imported_by=actor,
    )
    shutil.copyfile(path, place_of(read.sha256))
    record(
        news.RATES_IMPORTED,
        actor=actor.actor,
        agency_id=actor.agency_id,
        object=f"rates:{found.pk}",
        after=f"sha256:{read.sha256}",
        facts={"pairs": len(read.pairs)},
    )
    return found
