"""The job that groups what no list knows. Killed, it starts again: its result is written whole at the end."""

from typing import Final

from django.db import transaction
from django_scopes import scope

from amparo.base import Skipped
from amparo.web.accounts.models import Agency
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.jobs import Run, handler
from amparo.web.matches.actions.unknown import GROUP_UNKNOWN, keep_hints
from amparo.web.matches.unknown import MOST, Unknown, unknown_pictures, write_result

_BATCH: Final = 500


@handler(GROUP_UNKNOWN)
def group(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        case = Case.objects.select_related("agency").get(pk=run.job.case_id)
        require_authorisation(case, "pictures")
        pictures: list[Unknown] = []
        for seen, each in enumerate(unknown_pictures(case), 1):
            run.progress(seen, None, "pictures")
            if len(pictures) < MOST:
                pictures.append(each)
            else:
                run.skip(Skipped(each.path, "too-many-pictures"))
        write_result(case, pictures, run.progress)
        for start in range(0, len(pictures), _BATCH):
            with transaction.atomic():
                keep_hints(case, pictures[start : start + _BATCH])
                done = min(len(pictures), start + _BATCH)
                run.commit(cursor=str(done), done=done, total=len(pictures), unit="pictures")
