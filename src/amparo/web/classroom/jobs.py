"""Makes an exercise's world and lets it come in: reports through intake, exhibits and files through the inbox."""

import shutil
from pathlib import Path

from django.db import transaction
from django_scopes import scope

from amparo.academy import CASEPACKS, CitizenReport, World
from amparo.base import canonical_digest
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.classroom import news
from amparo.web.classroom.models import Exercise
from amparo.web.common.home import folder
from amparo.web.common.jobs import Run, handler
from amparo.web.reports.intake import receive_report


def world_folder(exercise: Exercise) -> Path:
    """Where the world stands in the agency's inbox: exhibits, list, blocks and tags, but not the answers."""
    return folder("inbox") / exercise.agency.slug / f"exercise-{exercise.seed}"


@handler("classroom.world")
def make_world(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        exercise = Exercise.objects.select_related("agency", "started_by").get(pk=run.job.parameters["exercise"])
        place = world_folder(exercise)
        made = place.with_name(f".{place.name}.partial")
        shutil.rmtree(made, ignore_errors=True)  # of an attempt that was killed
        world = CASEPACKS[exercise.casepack].build(exercise.seed, made)
        _let_reports_in(run, exercise, world)
        _hide_answers(made)
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
        _ready(exercise, canonical_digest(world.manifest))


def _let_reports_in(run: Run, exercise: Exercise, world: World) -> None:
    """One report a transaction; the cursor counts them, so that a continued job sends none twice."""
    for number, report in enumerate(world.reports):
        if number < int(run.cursor or 0):
            continue
        with transaction.atomic():
            _send(exercise, report)
            run.commit(cursor=str(number + 1), done=number + 1, total=len(world.reports), unit="reports")


def _send(exercise: Exercise, report: CitizenReport) -> None:
    receipt = receive_report(
        agency=exercise.agency,
        category=report.category,
        answers=report.answers,
        language=report.language,
        channel="exercise",
    )
    exercise.reports = [*exercise.reports, str(receipt.report.pk)]
    exercise.save(update_fields=["reports"])


def _hide_answers(place: Path) -> None:
    """Learners see the inbox: what tells the answers does not lie there. A grader makes it again from the seed."""
    for name in ("answers.json", "reports.json", "people.json", "manifest.json"):
        (place / name).unlink(missing_ok=True)


@transaction.atomic
def _ready(exercise: Exercise, manifest: str) -> None:
    exercise.manifest, exercise.ready = manifest, True
    exercise.save(update_fields=["manifest", "ready"])
    record(
        news.EXERCISE_READY,
        actor=exercise.started_by.actor,
        agency_id=exercise.agency_id,
        object=f"exercise:{exercise.pk}",
        after=f"sha256:{manifest}",
    )
