"""Mutations: load blocks, import tags, start a trace."""

import csv
import io
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.db import transaction

from amparo.base import Progress, silent
from amparo.ledger import (
    TAINT_RULES,
    AddressList,
    LoadReport,
    Seed,
    Store,
    load,
    normal,
    read_address_list,
    read_tagpack,
)
from amparo.ledger import Tag as TagRead
from amparo.ledger import TagPack as TagPackRead
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.home import folder
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.traces import news
from amparo.web.traces.errors import ChainMayNotMeet, NoLabel, NoRule, NotPaidHere, PackThere
from amparo.web.traces.models import ChainWindow, Tag, TagPack, Trace, TraceResult

BATCH: Final = 2000
TXID_SIGNS: Final = 64


def store_of(chain: ChainWindow) -> Store:
    return Store.open(folder("ledger") / chain.folder)


def seeds_of(store: Store, text: str) -> list[Seed]:
    """What a person typed as outputs to start from: a reference, or all outputs that pay an address.

    Raises the engine's BadReference, BadAddress or NotLoaded, each of which names the text.
    """
    text = text.strip()
    if ":" in text or len(text) == TXID_SIGNS:
        store.find(text)
        return [Seed(text)]
    paid = store.outputs_to(text)
    if not paid:
        raise NotPaidHere(address=text)
    return [Seed(each.ref) for each in paid]


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
        shutil.rmtree(folder("ledger") / place)
    return chain


@transaction.atomic
def start_load(*, actor: Person, source: Path, name: str, window: str | None = None) -> Job:
    """Queue `load_chain` of a file that lies in a folder of its own below the ledger's; the job removes that folder.

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


def import_tagpack(*, actor: Person, path: Path) -> TagPack:
    """Import a TagPack (YAML). Raises NotAllowed, PackThere, or the engine's error for a file it refuses."""
    require(actor, "traces.run")
    pack = read_tagpack(path)
    return _keep_tags(actor, pack.title, pack.creator, pack)


def import_address_list(*, actor: Person, path: Path, currency: str, label: str, source: str) -> TagPack:
    """Import a sanctions list (one address a line) as tags with one label. Raises as `import_tagpack`, and NoLabel."""
    require(actor, "traces.run")
    if not (currency and label and source):
        raise NoLabel
    pack = read_address_list(path, currency=currency, label=label, source=source)
    return _keep_tags(actor, f"{label} ({currency})", source, pack)


@transaction.atomic
def _keep_tags(actor: Person, title: str, creator: str, read: TagPackRead | AddressList) -> TagPack:
    if TagPack.objects.filter(sha256=read.digest).exists():
        raise PackThere(title=title)
    pack = TagPack.objects.create(
        agency=actor.agency,
        title=title[:200],
        creator=creator[:200],
        sha256=read.digest,
        count=0,
        skipped=dict(read.skipped.counts),
        imported_by=actor,
    )
    rows = [
        _row(pack, tag.address, tag) for tag in read.tags if tag.address
    ]  # tags on transactions are kept in the file
    Tag.objects.bulk_create(rows, batch_size=BATCH)
    pack.count = len(rows)
    pack.save(update_fields=["count"])
    record(
        news.TAGS_IMPORTED,
        actor=actor.actor,
        agency_id=actor.agency_id,
        object=f"tag-pack:{pack.pk}",
        after=f"sha256:{read.digest}",
        facts={"tags": pack.count},
    )
    return pack


def _row(pack: TagPack, address: str, tag: TagRead) -> Tag:
    return Tag(
        pack=pack,
        currency=tag.currency[:12],
        address=normal(address)[:120],
        label=tag.label[:300],
        category=(tag.category or "")[:80],
        abuse=(tag.abuse or "")[:80],
        actor=(tag.actor or "")[:80],
        confidence=tag.confidence[:40],
        rank=tag.level,
        source=tag.source or "",
        lastmod=tag.lastmod,
    )


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
    question: str = "",
) -> Trace:
    """Queue a trace from `seed` (height:pos, height:pos/vout, txid, txid:vout or an address) by each rule.

    Raises NotAllowed, OutsideAuthorisation, NoRule, ChainMayNotMeet, NotPaidHere, or the engine's error.
    """
    require(actor, "traces.run")
    limits = require_authorisation(case, "financial")
    chosen = [TAINT_RULES[name].name for name in rules]
    if not chosen:
        raise NoRule
    if chain.is_exercise and not case.agency.is_exercise:
        raise ChainMayNotMeet(name=chain.name)
    seeds_of(store_of(chain), seed)
    trace = Trace.objects.create(
        case=case,
        number=f"T{next_number(case.agency, f'trace:{case.pk}')}",
        chain=chain,
        seed=seed.strip(),
        rules=chosen,
        max_hops=max_hops,
        floor=floor,
        at_services=at_services,
        question=question,
        authorisations=" ".join(limits.numbers),
        started_by=actor,
    )
    _queue(trace)
    return trace


def _queue(trace: Trace) -> None:
    """Start the job of a new trace and write the custody line, in the transaction of `start_trace`."""
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


COLUMNS: Final = (
    "hop",
    "output",
    "txid",
    "vout",
    "address",
    "traced_satoshi",
    "value_satoshi",
    "state",
    "stop",
    "spent_by",
)


def export_outputs(*, actor: Person, found: TraceResult) -> Iterator[str]:
    """Record the export, then return the outputs of one result as CSV lines. Raises NotAllowed."""
    require(actor, "traces.see")
    case = found.trace.case
    record(
        news.TRACE_EXPORTED,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"trace:{found.trace_id}",
        auth=found.trace.authorisations,
        facts={"number": found.trace.number, "rule": found.rule},
    )
    return _csv(found)


def _csv(found: TraceResult) -> Iterator[str]:
    """Engine values only (references, digests, checked addresses, integers): nothing a spreadsheet would run."""
    names = ("hop", "ref", "txid", "vout", "address", "tainted", "value", "state", "stop", "spent_by")
    for row in [COLUMNS, *([each[name] for name in names] for each in found.result["outputs"])]:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(row)
        yield line.getvalue()
