"""Mutations: import tags."""

from pathlib import Path
from typing import Final

from django.db import transaction

from amparo.ledger import (
    AddressList,
    normal,
    read_address_list,
    read_tagpack,
)
from amparo.ledger import Tag as TagRead
from amparo.ledger import TagPack as TagPackRead
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.traces import news
from amparo.web.traces.errors import NoLabel, PackThere
from amparo.web.traces.models import Tag, TagPack

BATCH: Final = 2000


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
