"""Mutations of the unit's own tags: one person says it, another one looks again, and only then it leaves the unit."""

import io

from django.db import transaction
from django.utils import timezone

from amparo.ledger import CONFIDENCE, normal
from amparo.ledger.tags import OwnTag as Written
from amparo.ledger.tags import form_of, own_pack, write_tagpack
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.traces import news
from amparo.web.traces.errors import NoGround, NothingReviewed, ReviewedBySelf, WordNotKnown
from amparo.web.traces.models import OwnTag


@transaction.atomic
def add_own_tag(
    *,
    actor: Person,
    address: str,
    currency: str,
    label: str,
    source: str,
    confidence: str = "forensic_investigation",
    category: str = "",
    abuse: str = "",
    tagged_actor: str = "",
) -> OwnTag:
    """Say something about an address. Raises NotAllowed, NoGround without a label or source, WordNotKnown."""
    require(actor, "traces.run")
    if not (address.strip() and label.strip() and source.strip() and currency.strip()):
        raise NoGround
    if confidence not in CONFIDENCE:
        raise WordNotKnown(word=confidence, known=", ".join(CONFIDENCE))
    tag = OwnTag.objects.create(
        agency=actor.agency,
        network=form_of(address.strip()) or "",
        address=normal(address),
        currency=currency.strip().upper(),
        label=label.strip(),
        category=category.strip(),
        abuse=abuse.strip(),
        actor=tagged_actor.strip(),
        confidence=confidence,
        source=source.strip(),
        made_by=actor,
    )
    _record(news.OWN_TAG_MADE, actor, tag)
    return tag


@transaction.atomic
def review_own_tag(*, actor: Person, tag: OwnTag) -> None:
    """Confirm another person's tag. Raises NotAllowed, ReviewedBySelf."""
    require(actor, "traces.run")
    if tag.made_by_id == actor.pk:
        raise ReviewedBySelf
    tag.reviewed_by, tag.reviewed = actor, timezone.now()
    tag.save(update_fields=["reviewed_by", "reviewed"])
    _record(news.OWN_TAG_REVIEWED, actor, tag)


@transaction.atomic
def withdraw_own_tag(*, actor: Person, tag: OwnTag) -> None:
    """Take a tag back: it no longer counts, and stays readable. Raises NotAllowed."""
    require(actor, "traces.run")
    if tag.withdrawn is None:
        tag.withdrawn = timezone.now()
        tag.save(update_fields=["withdrawn"])
        _record(news.OWN_TAG_WITHDRAWN, actor, tag)


def export_own_tags(*, actor: Person) -> bytes:
    """Record the export and return the reviewed tags as a TagPack. Raises NotAllowed, NothingReviewed."""
    require(actor, "traces.run")
    reviewed = OwnTag.objects.filter(withdrawn=None, reviewed__isnull=False).select_related("reviewed_by")
    tags = [_written(each) for each in reviewed.order_by("made")]
    if not tags:
        raise NothingReviewed
    pack = own_pack(tags, title=f"Tags of {actor.agency.name}", creator=actor.agency.name)
    record(
        news.OWN_TAGS_EXPORTED,
        actor=actor.actor,
        agency_id=actor.agency_id,
        after=f"sha256:{pack.digest}",
        facts={"tags": len(tags)},
    )
    written = io.BytesIO()
    write_tagpack(pack, written)
    return written.getvalue()


def _written(tag: OwnTag) -> Written:
    return Written(
        address=tag.address,
        tx_hash=None,
        label=tag.label,
        source=tag.source,
        currency=tag.currency,
        reviewer=tag.reviewed_by.username if tag.reviewed_by else "",
        at=tag.reviewed or tag.made,
        confidence=tag.confidence,
        network=tag.network or None,
        actor=tag.actor or None,
        category=tag.category or None,
        abuse=tag.abuse or None,
    )


def _record(action: str, actor: Person, tag: OwnTag) -> None:
    record(action, actor=actor.actor, agency_id=actor.agency_id, object=f"own-tag:{tag.pk}")
