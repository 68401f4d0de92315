"""A tip as an exhibit of a case: one folder whose manifest names the report and the files, stored already.

Each file keeps whether the provider viewed it, in an Item row that stands before the exhibit's catalogue is made, so
that there is no moment at which a file nobody viewed would be open.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.exhibits.actions import deposit_stored
from amparo.web.exhibits.catalogue import path_key
from amparo.web.exhibits.models import Exhibit, ExhibitFile, Item
from amparo.web.exhibits.rules import restricted_among
from amparo.web.exhibits.storing import Kept, store_manifest
from amparo.web.tips.models import Tip
from amparo.web.tips.names import free_name

REPORT: Final = "report"


class Made(NamedTuple):
    exhibit: Exhibit
    files: int
    unviewed: int


class _Member(NamedTuple):
    """One file of the exhibit. `viewed`: True for the report itself, which the provider wrote."""

    path: str
    sha256: str
    sha1: str
    md5: str
    size: int
    mime: str
    viewed: bool


def exhibit_of(actor: Person, tip: Tip, case: Case) -> Made:
    """Deposit the tip. Call it inside a transaction."""
    members = sorted(_members(tip), key=lambda each: each.path.encode())
    files = [Kept(each.path, ExhibitFile.Role.SEGMENT, each.sha256, each.sha1, each.md5, each.size) for each in members]
    unviewed = sum(not each.viewed for each in members)
    exhibit = deposit_stored(
        actor=actor,
        case=case,
        taken=store_manifest(case.agency_id, tip.number, files),
        label=tip.number,
        token=str(tip.pk),
        source=_source(tip),
        provider=Exhibit.Provider.UNVIEWED if unviewed else Exhibit.Provider.VIEWED,
        acquired_on=tip.day,
    )
    Item.objects.bulk_create([_item(exhibit, each) for each in members], batch_size=500)
    restricted = restricted_among([each.sha256 for each in members])
    Item.objects.filter(exhibit=exhibit, sha256__in=restricted).update(
        item_class=Item.Class.RESTRICTED, restricted_why="same bytes as a restricted item"
    )
    return Made(exhibit, len(members), unviewed)


def _members(tip: Tip) -> Iterator[_Member]:
    taken: set[str] = set()
    if tip.document_sha256:
        document = tip.fields.get("stored_document", {})
        path = free_name(taken, f"{REPORT}.{tip.fields.get('shape', 'xml')}")
        yield _Member(
            path, tip.document_sha256, document.get("sha1", ""), document.get("md5", ""), tip.document_size,
            document.get("mime", ""), viewed=True,
        )  # fmt: skip
    for each in tip.files.exclude(sha256=""):
        path = free_name(taken, each.name)
        viewed = bool(each.viewed_by_provider)
        yield _Member(path, each.sha256, each.sha1, each.md5, each.size or 0, each.mime, viewed)


def _item(exhibit: Exhibit, member: _Member) -> Item:
    return Item(
        exhibit=exhibit, path=member.path, display=member.path, path_key=path_key(member.path), size=member.size,
        sha256=member.sha256, md5=member.md5, mime=member.mime, viewed_by_provider=member.viewed,
    )  # fmt: skip


def _source(tip: Tip) -> str:
    """Where it comes from, in plain words: sender, the sender's number, our tip and delivery."""
    parts = [tip.sender, tip.provider_report_id, tip.number, tip.delivery.number, tip.delivery.source]
    return " · ".join(part for part in parts if part)[:300]
