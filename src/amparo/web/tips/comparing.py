"""A new list meets the tips that came before it: their hashes are kept, so no file is read again."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django_scopes import scope

from amparo.web.accounts.models import Agency
from amparo.web.common.events import Event
from amparo.web.common.jobs import start_job
from amparo.web.tips.known import Lists
from amparo.web.tips.models import Tip, TipFile
from amparo.web.tips.ranking import Ranker, place_again

COMPARE: Final = "tips.compare"
BATCH: Final = 500


def list_imported(event: Event) -> None:
    """News of a list: queue the comparison, if there is anything to compare. Told twice, it changes nothing twice."""
    agency = Agency.objects.get(pk=event.agency_id)
    with scope(agency=agency):
        found = event.object.removeprefix("list:")
        if not TipFile.objects.exists() or not Lists(agency, only=[found]).lists:
            return
        start_job(
            COMPARE,
            agency_id=agency.pk,
            actor_id=UUID(event.actor_id) if event.actor_id else None,
            subject=str(next(iter(Lists(agency, only=[found]).lists.values()))),
            parameters={"list": found},
        )


class Comparison:
    """One list against the files of all tips, some at a time."""

    def __init__(self, agency: Agency, hash_list: str) -> None:
        self.agency = agency
        self.lists = Lists(agency, only=[hash_list])
        self.ranker = Ranker(agency)
        self.files = TipFile.objects.filter(Q(compared=True) | Q(sha256=""), tip__agency=agency)

    def work(self, after: str, done: int, save: Callable[[str, int], None]) -> int:
        """Compare the files after the key `after`; `save` moves the cursor inside each batch's transaction."""
        last = UUID(after) if after else UUID(int=0)
        while batch := list(self.files.filter(pk__gt=last).order_by("pk")[:BATCH]):
            last, done = batch[-1].pk, done + len(batch)
            with transaction.atomic():
                self._compare(batch)
                save(str(last), done)
        return done

    def _compare(self, batch: list[TipFile]) -> None:
        before = {each.pk: each.known for each in batch}
        self.lists.compare(batch)
        changed = [each for each in batch if each.known != before[each.pk]]
        TipFile.objects.bulk_update(changed, ["known"], batch_size=200)
        found = {each.tip_id for each in changed}
        tips = list(Tip.objects.filter(pk__in=found).prefetch_related("files", "keys"))
        for tip in tips:
            tip.known_files = sum(bool(each.known) for each in tip.files.all())
        Tip.objects.bulk_update(tips, ["known_files"], batch_size=100)
        place_again(self.ranker, tips)
