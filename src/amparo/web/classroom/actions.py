"""Mutations: start an exercise; its world comes in the way real material does."""

from django.db import transaction

from amparo.academy import CASEPACKS
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.classroom import news
from amparo.web.classroom.errors import RealAgency
from amparo.web.classroom.models import Exercise
from amparo.web.common.jobs import start_job


@transaction.atomic
def start_exercise(*, actor: Person, casepack: str, seed: int) -> Exercise:
    """Queue the making of a world. Raises NotAllowed, RealAgency, UnknownEntry."""
    require(actor, "classroom.teach")
    if not actor.agency.is_exercise:
        raise RealAgency(agency=actor.agency.name)
    pack = CASEPACKS[casepack]
    exercise = Exercise.objects.create(
        agency=actor.agency,
        casepack=pack.name,
        version=pack.version,
        title=pack.title,
        seed=seed,
        started_by=actor,
    )
    job = start_job(
        "classroom.world",
        agency_id=actor.agency_id,
        actor_id=actor.pk,
        subject=f"{pack.title} ({seed})",
        parameters={"exercise": str(exercise.pk)},
    )
    exercise.job_id = job.pk
    exercise.save(update_fields=["job_id"])
    record(
        news.EXERCISE_STARTED,
        actor=actor.actor,
        agency_id=actor.agency_id,
        object=f"exercise:{exercise.pk}",
        facts={"casepack": pack.name, "seed": str(seed)},
    )
    return exercise
