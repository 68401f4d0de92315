"""The import job: it reads a list's file from its beginning; killed, it starts over, and no list is made twice."""

import shutil
from pathlib import Path

from django.db import transaction
from django_scopes import scope

from amparo.base import AmparoError
from amparo.web.accounts.models import Agency
from amparo.web.common.jobs import JobStopped, Run, handler
from amparo.web.common.models import Job
from amparo.web.matches.actions.lists import IMPORT, file_of, incoming_folder, index_folder, keep_list
from amparo.web.matches.models import HashList, ListImport
from amparo.web.matches.reading import read_in


@handler(IMPORT)
def run_import(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        asked = ListImport.objects.select_related("agency", "started_by").get(pk=run.job.parameters["import"])
        place = incoming_folder(asked)
        try:
            if asked.hash_list_id is None:
                _import(run, asked, file_of(asked))
        except JobStopped:
            if Job.objects.filter(pk=run.job.pk, state=Job.State.STOPPED).exists():
                shutil.rmtree(place, ignore_errors=True)
                _clear(index_folder(HashList(pk=asked.pk, agency=asked.agency)))
            raise
        except AmparoError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        shutil.rmtree(place, ignore_errors=True)


def _import(run: Run, asked: ListImport, path: Path) -> None:
    """The list has the key of its import: what a worker that died left in its place is known by it, and removed."""
    new = HashList(
        pk=asked.pk, agency=asked.agency, name=asked.name, version=asked.version, purpose=asked.purpose,
        source=asked.source, licence=asked.licence, format=asked.format,
    )  # fmt: skip
    place = index_folder(new)
    _clear(place)
    with run.kept_alive():
        read_in(new, path, place, run.progress)
    with transaction.atomic():
        keep_list(new, asked.started_by, asked)
        size = path.stat().st_size
        run.commit(cursor="read", done=size, total=size, unit="bytes")
        run.finish()


def _clear(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    for left in place.parent.glob(f".{place.name}.*"):
        shutil.rmtree(left)
