"""Mutations: import tags. The file itself is kept, so that it leaves again as it came."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.db import transaction

from amparo.ledger import AddressList, normal, read_address_list, read_tagpack
from amparo.ledger import Tag as TagRead
from amparo.ledger import TagPack as TagPackRead
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.common.home import folder
from amparo.web.traces import news
from amparo.web.traces.errors import NoLabel, PackThere
from amparo.web.traces.models import Tag, TagPack

BATCH: Final = 2000


def import_tagpack(*, actor: Person, path: Path) -> TagPack:
    """Import a TagPack (YAML). Raises NotAllowed, PackThere, or the engine's error for a file it refuses."""
    require(actor, "traces.run")
    pack = read_tagpack(path)
    return _keep_tags(actor, path, pack, title=pack.title, creator=pack.creator)


def import_address_list(*, actor: Person, path: Path, currency: str, label: str, source: str) -> TagPack:
    """Import a sanctions list (one address a line) as tags with one label. Raises as `import_tagpack`, and NoLabel."""
    require(actor, "traces.run")
    if not (currency and label and source):
        raise NoLabel
    pack = read_address_list(path, currency=currency, label=label, source=source)
    return _keep_tags(actor, path, pack, title=f"{label} ({currency})", creator=source)


def pack_file(pack: TagPack) -> Path:
    """Where the file of a pack lies; packs imported before files were kept have none."""
    return _kept() / pack.file


def _kept() -> Path:
    place = folder("ledger") / "tags"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


@transaction.atomic
def _keep_tags(actor: Person, path: Path, read: TagPackRead | AddressList, *, title: str, creator: str) -> TagPack:
    if TagPack.objects.filter(sha256=read.digest).exists():
        raise PackThere(title=title)
    name = f"{read.digest}{path.suffix.lower()}"
    pack = TagPack.objects.create(
        agency=actor.agency,
        title=title[:200],
        creator=creator[:200],
        sha256=read.digest,
        count=0,
        skipped=dict(read.skipped.counts),
        file=name[:80],
        imported_by=actor,
    )
    pack.count = _keep_rows(pack, read.tags)
    pack.save(update_fields=["count"])
    shutil.copyfile(path, _kept() / name)
    record(
        news.TAGS_IMPORTED,
        actor=actor.actor,
        agency_id=actor.agency_id,
        object=f"tag-pack:{pack.pk}",
        after=f"sha256:{read.digest}",
        facts={"tags": pack.count},
    )
    return pack


def _keep_rows(pack: TagPack, tags: Iterable[TagRead]) -> int:
    rows = [_row(pack, tag) for tag in tags]
    Tag.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _row(pack: TagPack, tag: TagRead) -> Tag:
    subject = normal(tag.address) if tag.address else (tag.tx_hash or "").lower().removeprefix("0x")
    return Tag(
        pack=pack,
        currency=tag.currency[:12],
        address=subject[:120],
        on_transaction=not tag.address,
        label=tag.label[:300],
        category=(tag.category or "")[:80],
        abuse=(tag.abuse or "")[:80],
        actor=(tag.actor or "")[:80],
        confidence=tag.confidence[:40],
        rank=tag.level,
        source=tag.source or "",
        lastmod=tag.lastmod,
        network=(tag.network or "")[:20],
        concepts=list(tag.concepts),
        is_cluster_definer=tag.is_cluster_definer,
    )
