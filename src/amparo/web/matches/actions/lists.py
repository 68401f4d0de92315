"""Mutations of hash lists: import, withdraw."""

import shutil
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from amparo.base import SkipCount, gettext_noop
from amparo.media import LISTS, build_index
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.common.home import folder
from amparo.web.matches import news
from amparo.web.matches.errors import ListMayNotMeet, ListRefused
from amparo.web.matches.files import sha256_of
from amparo.web.matches.models import PURPOSES, HashList

HERE_ALREADY: Final = gettext_noop("this version of it is here already")


def index_folder(hash_list: HashList) -> Path:
    return folder("index") / str(hash_list.agency_id) / str(hash_list.pk)


def import_list(
    *, actor: Person, path: Path, name: str, version: str, purpose: str, source: str, format: str = "csv"
) -> HashList:
    """Read a list file into an index. Bad lines are left out, counted and kept as examples.

    Raises NotAllowed, ListMayNotMeet, ListRefused; a file that breaks off leaves no partial list.
    """
    require(actor, "lists.import")
    check_purpose(actor.agency, purpose)
    if HashList.objects.filter(agency=actor.agency, name=name, version=version).exists():
        raise ListRefused(why=HERE_ALREADY)
    new = HashList(agency=actor.agency, name=name, version=version, purpose=purpose, source=source, format=format)
    new.source_sha256 = sha256_of(path)
    manifest = {"list": name, "version": version, "purpose": purpose, "source_sha256": new.source_sha256}
    with path.open("rb") as stream:
        report = build_index(LISTS[format].read(stream), index_folder(new), manifest)
    _note_skips(new, report.skipped)
    new.entries, new.index_digest, new.imported_by = report.entries, report.digest, actor
    try:
        _keep_list(new, actor)
    except ListRefused:
        shutil.rmtree(index_folder(new))
        raise
    return new


def _keep_list(new: HashList, actor: Person) -> None:
    if not new.entries:
        raise ListRefused(why=gettext_noop("no line of it could be read"))
    try:
        with transaction.atomic():
            new.save()
            record(
                news.LIST_IMPORTED,
                actor=actor.actor,
                agency_id=actor.agency_id,
                object=f"list:{new.pk}",
                after=f"sha256:{new.index_digest}",
                facts={"purpose": new.purpose, "entries": new.entries, "skipped": new.skipped_total},
            )
    except IntegrityError:
        raise ListRefused(why=HERE_ALREADY) from None


def check_purpose(agency: Agency, purpose: str) -> None:
    if purpose not in PURPOSES or (purpose == "training") is not agency.is_exercise:
        raise ListMayNotMeet(purpose=purpose)


def _note_skips(new: HashList, skipped: SkipCount) -> None:
    new.skipped = dict(skipped.counts)
    new.skipped_examples = [each._asdict() for each in skipped.examples[:50]]


@transaction.atomic
def withdraw_list(*, actor: Person, hash_list: HashList) -> None:
    """A withdrawn list is not used in new scans; what it matched before stays, marked."""
    require(actor, "lists.import")
    if not HashList.objects.filter(pk=hash_list.pk, withdrawn=None).update(withdrawn=timezone.now()):
        return
    record(news.LIST_WITHDRAWN, actor=actor.actor, agency_id=actor.agency_id, object=f"list:{hash_list.pk}")
