"""Events: the audit entry's name is the news. Subscribers get it once, after commit, as an idempotent job."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from amparo.web.common.models import Job

VERSION: Final = 1
QUEUE_IN_DATABASE: Final = "django_tasks_db.DatabaseBackend"
_SUBSCRIBERS: Final[dict[str, list[str]]] = defaultdict(list)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: ids and plain facts, never content and never an observable's value."""

    name: str
    agency_id: str
    case_id: str | None = None
    actor_id: str | None = None
    object: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION


def subscribe(name: str, function: Callable[[Event], None]) -> None:
    """Ask for news called `name`. Call it in AppConfig.ready; `function` must be importable and idempotent."""
    path = f"{function.__module__}.{function.__qualname__}"
    if path not in _SUBSCRIBERS[name]:
        _SUBSCRIBERS[name].append(path)


def publish(event: Event) -> None:
    """Deliver to every subscriber after commit; one that fails undoes nothing and is seen in the task list.

    A queue in the database gets its row in the same transaction: a process killed right after the commit loses no news.
    """
    for path in _SUBSCRIBERS[event.name]:
        if settings.TASKS["default"]["BACKEND"] == QUEUE_IN_DATABASE:
            deliver.enqueue(path, asdict(event))
        else:
            transaction.on_commit(lambda path=path: deliver.enqueue(path, asdict(event)))


@task()
def deliver(path: str, event: dict[str, Any]) -> None:
    import_string(path)(Event(**event))


def take_up_stale_news() -> int:
    """Deliver again what a worker held when it died: subscribers are idempotent. Returns how many."""
    held = DBTaskResult.objects.running().filter(
        task_path=deliver.module_path, started_at__lt=timezone.now() - Job.LEASE
    )
    return int(held.update(status="READY", started_at=None))
