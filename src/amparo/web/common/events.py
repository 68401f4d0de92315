"""Events: the audit entry's name is the news. Subscribers get it once, after commit, as an idempotent job."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils.module_loading import import_string
from django_tasks import task

VERSION: Final = 1
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
    """Deliver to every subscriber after commit; one that fails undoes nothing and is seen in the task list."""
    for path in _SUBSCRIBERS[event.name]:
        transaction.on_commit(lambda path=path: deliver.enqueue(path, asdict(event)))


@task()
def deliver(path: str, event: dict[str, Any]) -> None:
    import_string(path)(Event(**event))
