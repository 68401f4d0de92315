"""Mutations: load blocks."""

import secrets
import shutil
from pathlib import Path

from django.db import transaction

from amparo.base import Progress, silent
from amparo.ledger import LoadReport, Store, load
from amparo.ledger.errors import StoreVersion
from amparo.ledger.load import append
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.common.home import folder
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.traces import news
from amparo.web.traces.models import ChainWindow


def store_of(chain: ChainWindow) -> Store:
    return Store.open(folder("ledger") / chain.folder)


def source_of(chain: ChainWindow) -> Path:
    """The folder that keeps the file a chain was loaded from, so that merkle proofs can be made.

    It is absent where the chain was loaded from files outside the home: those are not copied.
    """
    return folder("ledger") / chain.folder / "source"


def load_chain(
    *,
    actor: Person,
    source: Path,
    name: str,
    window: str | None = None,
    place: str | None = None,
    progress: Progress = silent,
) -> ChainWindow:
    """Load blocks into a new store, or return the one that holds the same source already.

    `place`: the store's folder, if the caller may have to begin again and must not leave a second one behind.
    Raises NotAllowed, or the ledger engine's error that names the block; then nothing is stored.
    """
    require(actor, "traces.run")
    place = place or f"chain-{secrets.token_hex(8)}"
    report = load(source, folder("ledger") / place, window=window, progress=progress)
    chain = _keep_chain(actor, place, report, name)
    if chain.folder != place:
        _drop_one(chain, place)
    return chain


def _drop_one(chain: ChainWindow, place: str) -> None:
    """The same source was loaded before: keep that store, unless this version can no longer read it."""
    dropped = place
    try:
        store_of(chain)
    except StoreVersion:
        dropped, chain.folder = chain.folder, place
        chain.entities = {}
        chain.save(update_fields=["folder", "entities"])
    shutil.rmtree(folder("ledger") / dropped)


@transaction.atomic
def start_load(*, actor: Person, source: Path, name: str, window: str | None = None) -> Job:
    """Queue `load_chain` of a file that lies in a folder of its own below the ledger's; the job moves that folder.

    Raises NotAllowed. What is wrong with the source, the job says.
    """
    require(actor, "traces.run")
    return start_job(
        "traces.load",
        agency_id=actor.agency_id,
        actor_id=actor.pk,
        subject=name,
        parameters={"place": source.parent.name, "file": source.name, "name": name, "window": window},
    )


@transaction.atomic
def start_append(*, actor: Person, chain: ChainWindow, source: Path) -> Job:
    """Queue `append_blocks` of a file that lies in a folder of its own below the ledger's. Raises NotAllowed."""
    require(actor, "traces.run")
    return start_job(
        "traces.append",
        agency_id=actor.agency_id,
        actor_id=actor.pk,
        subject=chain.name,
        parameters={"place": source.parent.name, "file": source.name, "chain": str(chain.pk)},
    )


def append_blocks(*, actor: Person, chain: ChainWindow, source: Path, progress: Progress = silent) -> LoadReport:
    """Add the blocks that follow those of a chain; stale ones of a branch that lost are cut first.

    Raises NotAllowed, or the engine's error; then the chain is as it was.
    """
    require(actor, "traces.run")
    report = append(folder("ledger") / chain.folder, source, progress=progress)
    if report.new:
        _take_over(actor, chain, report)
    return report


@transaction.atomic
def _take_over(actor: Person, chain: ChainWindow, report: LoadReport) -> None:
    for name in ("tip", "last_height", "blocks", "transactions", "inputs", "outputs", "resolved"):
        setattr(chain, name, getattr(report, name))
    chain.source_sha256 = store_of(chain).manifest.source_digest
    chain.skipped = dict(report.skipped.counts)
    chain.save()
    record(
        news.CHAIN_GROWN,
        actor=actor.actor,
        agency_id=actor.agency_id,
        object=f"chain:{chain.pk}",
        after=f"sha256:{chain.source_sha256}",
        facts={"tip": report.tip, "blocks": report.blocks, "cut": report.cut},
    )


def _keep_chain(actor: Person, place: str, report: LoadReport, name: str) -> ChainWindow:
    manifest = Store.open(folder("ledger") / place).manifest
    with transaction.atomic():
        chain, new = ChainWindow.objects.get_or_create(
            source_sha256=manifest.source_digest,
            is_exercise=actor.agency.is_exercise,
            defaults={
                "name": name,
                "network": report.network,
                "window": report.window,
                "folder": place,
                "tip": report.tip,
                "first_height": report.first_height,
                "last_height": report.last_height,
                "blocks": report.blocks,
                "transactions": report.transactions,
                "inputs": report.inputs,
                "outputs": report.outputs,
                "resolved": report.resolved,
                "skipped": dict(report.skipped.counts),
            },
        )
        if new:
            facts = {"tip": report.tip, "blocks": report.blocks, "unresolved": report.unresolved}
            record(
                news.CHAIN_LOADED,
                actor=actor.actor,
                agency_id=actor.agency_id,
                object=f"chain:{chain.pk}",
                after=f"sha256:{chain.source_sha256}",
                facts=facts,
            )
    return chain
