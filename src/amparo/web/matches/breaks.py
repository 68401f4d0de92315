"""When a break is due. It looks at one person's own reviews and reveals, for that person, and tells nobody else."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils import timezone

from amparo.web.accounts.models import Person
from amparo.web.matches.models import Exposure, Pause, Review
from amparo.web.matches.policy import policy

#: Doing neither for so long ends a stretch of work: that was a break.
REST: Final = timedelta(minutes=15)
#: How far back a stretch is looked for.
DAY: Final = timedelta(hours=12)
MOST: Final = 2000


class Stretch(NamedTuple):
    """Review in one go, up to now: since the last rest, or since a break was suggested."""

    minutes: int
    reveals: int


def stretch(person: Person, now: datetime | None = None) -> Stretch:
    now = now or timezone.now()
    reveals = _moments(Exposure, person, now)
    moments = sorted(reveals + _moments(Review, person, now), reverse=True)
    since = now
    for moment in moments:
        if since - moment > REST:
            break
        since = moment
    return Stretch(int((now - since).total_seconds() // 60), sum(each >= since for each in reveals))


def _moments(model: type[Exposure] | type[Review], person: Person, now: datetime) -> list[datetime]:
    last = Pause.objects.filter(person=person).values_list("at", flat=True).first()
    start = max(now - DAY, last) if last else now - DAY
    found = model.objects.filter(person=person, at__gt=start, at__lte=now).order_by("-at")
    return list(found.values_list("at", flat=True)[:MOST])


def due(person: Person) -> Stretch | None:
    """The stretch that calls for a break, or None. Never a reason to refuse anything."""
    if not policy(person.agency, "break_prompts"):
        return None
    found = stretch(person)
    long = found.minutes >= policy(person.agency, "break_minutes")
    return found if long or found.reveals >= policy(person.agency, "break_reveals") else None
