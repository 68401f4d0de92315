"""Jobs of tips: import a delivery, compare with a new list. Each can be killed at any moment and continued."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction
from django_scopes import scope

from amparo.base import AmparoError
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.common.errors import say
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits import inbox
from amparo.web.exhibits.storing import store_path
from amparo.web.tips import news
from amparo.web.tips.actions import IMPORT, received
from amparo.web.tips.comparing import COMPARE, Comparison
from amparo.web.tips.errors import NoTipInside
from amparo.web.tips.importing import Importer
from amparo.web.tips.models import Delivery, Tip
from amparo.web.tips.opening import opened
from amparo.web.tips.ranking import rank_again

READ, RANK = "read", "rank"


class Cursor(NamedTuple):
    """Which phase, and how many tips of it are done."""

    phase: str = READ
    done: int = 0

    @classmethod
    def read(cls, text: str) -> "Cursor":
        return cls(**json.loads(text)) if text else cls()

    def write(self) -> str:
        return json.dumps(self._asdict())


@contextmanager
def _delivery_of(run: Run) -> Iterator[Delivery]:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        yield Delivery.objects.select_related("agency", "imported_by").get(pk=run.job.parameters["delivery"])


@handler(IMPORT)
def import_delivery(run: Run) -> None:
    """Store it if it still lies in the inbox, read it tip by tip, then compare and rank all of it once more."""
    with _delivery_of(run) as delivery:
        if delivery.state == Delivery.State.DONE:
            return
        try:
            if not delivery.stored:
                _take_from_inbox(run, delivery)
            _read(run, delivery)
        except AmparoError as error:
            _fail(delivery, error)
            raise
        _rank(run, delivery)
        _finish(run, delivery)


def _take_from_inbox(run: Run, delivery: Delivery) -> None:
    entry = inbox.entry_for(delivery.agency, delivery.inbox_key)
    taken = store_path(delivery.agency_id, entry.paths[0], run.progress)
    with transaction.atomic():
        received(delivery, taken)
        run.commit(cursor=Cursor().write(), done=0, unit="tips")


def _read(run: Run, delivery: Delivery) -> None:
    """Take the tips that have no rows yet: the delivery itself says how many have, whichever job read them."""
    if delivery.state == Delivery.State.RANKING:
        return
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.READING, error="")
    importer = Importer(run, delivery, delivery.tips_read)

    def save(last: bool) -> None:
        """With the last tip the phase moves on, in the same transaction: what was skipped is counted once."""
        if not (last and importer.seen):
            run.commit(cursor=Cursor(READ, importer.seen).write(), done=importer.seen, unit="tips")
            return
        Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.RANKING)
        run.commit(cursor=Cursor(RANK).write(), done=importer.seen, total=importer.seen, unit="tips")

    with opened(delivery) as found:
        importer.read(found, save)
    if not importer.seen:
        raise NoTipInside(number=delivery.number)


def _rank(run: Run, delivery: Delivery) -> None:
    """All of the delivery is there now: what its tips share with each other counts too."""
    cursor = Cursor.read(run.cursor)
    done = cursor.done if cursor.phase == RANK else 0
    total = delivery.tips.count()

    def save(last: int) -> None:
        run.commit(cursor=Cursor(RANK, last).write(), done=last, total=total, unit="tips")

    rank_again(delivery, done, save)


@transaction.atomic
def _finish(run: Run, delivery: Delivery) -> None:
    delivery.state = Delivery.State.DONE
    delivery.save(update_fields=["state"])
    tips = Tip.objects.filter(delivery=delivery)
    record(
        news.IMPORTED,
        actor=delivery.imported_by.actor, agency_id=delivery.agency_id, object=f"delivery:{delivery.pk}",
        before=f"sha256:{delivery.sha256}",
        facts={
            "delivery": delivery.number,
            "tips": tips.count(),
            "duplicates": tips.filter(state=Tip.State.DUPLICATE).count(),
            "danger": tips.filter(is_danger=True).count(),
            "files": delivery.files_read,
            "skipped": dict(delivery.skipped),
        },
    )  # fmt: skip
    run.finish()


@handler(COMPARE)
def compare(run: Run) -> None:
    """Compare all files of tips with one list, and rank again the tips of those it knows."""
    agency = Agency.objects.get(pk=run.job.agency_id)
    with scope(agency=agency):
        comparison = Comparison(agency, str(run.job.parameters["list"]))
        total = comparison.files.count()

        def save(last: str, done: int) -> None:
            run.commit(cursor=last, done=done, total=total, unit="files")

        done = comparison.work(run.cursor, run.job.done, save)
        with transaction.atomic():
            person = Person.objects.filter(pk=run.job.actor_id).first()
            record(
                news.COMPARED,
                actor=person.actor if person else SYSTEM, agency_id=agency.pk,
                object=f"list:{run.job.parameters['list']}", facts={"files": done},
            )  # fmt: skip
            run.finish()


@transaction.atomic
def _fail(delivery: Delivery, error: AmparoError) -> None:
    """What cannot be read stays as it came, saying why; tips that were read before stay too."""
    delivery.state = Delivery.State.FAILED
    delivery.error = str(say(error))[:500]
    delivery.save(update_fields=["state", "error"])
    record(
        news.FAILED,
        actor=delivery.imported_by.actor, agency_id=delivery.agency_id, object=f"delivery:{delivery.pk}",
        facts={"delivery": delivery.number, "error": error.code},
    )  # fmt: skip
