"""Mutations of hash lists: import at once or as a job, withdraw."""

import shutil
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from amparo.base import Progress, gettext_noop, silent
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.common.home import folder
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.exhibits import inbox as inboxes
from amparo.web.matches import news
from amparo.web.matches.errors import ListMayNotMeet, ListRefused
from amparo.web.matches.models import KNOWN_GOOD, PURPOSES, HashList, ListImport
from amparo.web.matches.reading import look_at, read_in

HERE_ALREADY: Final = gettext_noop("this version of it is here already")
IMPORT: Final = "matches.import"
_UNDER_WAY: Final = (Job.State.WAITING, Job.State.RUNNING)


def index_folder(hash_list: HashList) -> Path:
    return folder("index") / str(hash_list.agency_id) / str(hash_list.pk)


def incoming_folder(asked: ListImport) -> Path:
    """Where the file waits until the job has read it."""
    return folder("index") / "incoming" / str(asked.pk)


def import_list(
    *,
    actor: Person,
    path: Path,
    name: str,
    version: str,
    purpose: str,
    source: str,
    format: str = "",
    licence: str = "",
    progress: Progress = silent,
) -> HashList:
    """Read a list file into an index, at once. Bad lines are left out, counted and kept as examples.

    `format`: a name of LISTS or KNOWN_GOOD, "" = look at its beginning. Raises NotAllowed, ListMayNotMeet,
    ListRefused and what its reader raises; a file that breaks off leaves no list and no older version changes.
    """
    require(actor, "lists.import")
    _check(actor.agency, name, version, purpose)
    new = HashList(
        agency=actor.agency, name=name, version=version, purpose=purpose, source=source, licence=licence, format=format
    )
    read_in(new, path, index_folder(new), progress)
    keep_list(new, actor)
    return new


def file_of(asked: ListImport) -> Path:
    """The file of an import. Raises NotInTheInbox or ListRefused if it is gone."""
    if asked.inbox:
        return inboxes.entry_for(asked.agency, asked.inbox).paths[0]
    found = next(incoming_folder(asked).glob("*"), None)
    if found is None:
        raise ListRefused(why=gettext_noop("its file is not there"))
    return found


def _sweep(agency: Agency) -> None:
    """Remove the files of imports that are over: a worker may have died before it could."""
    for asked in ListImport.objects.filter(agency=agency, inbox=""):
        place = incoming_folder(asked)
        if place.exists() and Job.objects.filter(pk=asked.job_id).exclude(state__in=_UNDER_WAY).exists():
            shutil.rmtree(place, ignore_errors=True)


def begin_import(
    *,
    actor: Person,
    path: Path | None,
    name: str,
    version: str,
    purpose: str,
    source: str,
    format: str = "",
    licence: str = "",
    inbox: str = "",
) -> ListImport:
    """Take the file at `path` away and queue the job that reads it; or one that lies in the agency's inbox (its key).

    What is plainly no list is refused at once. Raises as `import_list`; then the file stays where it is.
    """
    require(actor, "lists.import")
    _check(actor.agency, name, version, purpose)
    _sweep(actor.agency)
    asked = ListImport(
        agency=actor.agency, name=name, version=version, purpose=purpose, source=source, licence=licence,
        format=format, inbox=inbox, started_by=actor,
    )  # fmt: skip
    if path is None:
        asked.format = look_at(file_of(asked), format, purpose)
        _queue(asked)
        return asked
    asked.format = look_at(path, format, purpose)
    place = incoming_folder(asked)
    place.mkdir(parents=True, mode=0o700)
    shutil.move(path, place / path.name)
    try:
        _queue(asked)
    except BaseException:
        shutil.rmtree(place)
        raise
    return asked


@transaction.atomic
def _queue(asked: ListImport) -> None:
    job = start_job(
        IMPORT,
        agency_id=asked.agency_id,
        actor_id=asked.started_by.pk,
        subject=f"{asked.name} {asked.version}",
        parameters={"import": str(asked.pk)},
    )
    asked.job_id = job.pk
    asked.save()


def keep_list(new: HashList, actor: Person, asked: ListImport | None = None) -> None:
    """Write down a list whose index is there, or remove the index. For imports and their job. Raises ListRefused."""
    new.imported_by = actor
    try:
        if not new.entries:
            raise ListRefused(why=gettext_noop("no line of it could be read"))
        with transaction.atomic():
            new.save(force_insert=True)
            if asked is not None:
                ListImport.objects.filter(pk=asked.pk).update(hash_list=new)
            _note_import(new, actor)
    except IntegrityError:
        shutil.rmtree(index_folder(new))
        raise ListRefused(why=HERE_ALREADY) from None
    except ListRefused:
        shutil.rmtree(index_folder(new))
        raise


def _note_import(new: HashList, actor: Person) -> None:
    facts: dict[str, Any] = {"purpose": new.purpose, "entries": new.entries, "skipped": new.skipped_total}
    record(
        news.LIST_IMPORTED,
        actor=actor.actor,
        agency_id=new.agency_id,
        object=f"list:{new.pk}",
        after=f"sha256:{new.index_digest}",
        facts=facts,
    )


def _check(agency: Agency, name: str, version: str, purpose: str) -> None:
    check_purpose(agency, purpose)
    if HashList.objects.filter(agency=agency, name=name, version=version).exists():
        raise ListRefused(why=HERE_ALREADY)


def check_purpose(agency: Agency, purpose: str) -> None:
    """The exercise wall. Lists of harmless files are public and may be used on either side of it."""
    if purpose == KNOWN_GOOD:
        return
    if purpose not in PURPOSES or (purpose == "training") is not agency.is_exercise:
        raise ListMayNotMeet(purpose=purpose)


@transaction.atomic
def withdraw_list(*, actor: Person, hash_list: HashList) -> None:
    """A withdrawn list is not used in new scans; what it matched before stays, marked."""
    require(actor, "lists.import")
    if not HashList.objects.filter(pk=hash_list.pk, withdrawn=None).update(withdrawn=timezone.now()):
        return
    record(news.LIST_WITHDRAWN, actor=actor.actor, agency_id=actor.agency_id, object=f"list:{hash_list.pk}")
