"""Progress: how engines tell whoever called them how far they are. A call may raise to stop the work."""

from typing import Protocol


class Progress(Protocol):
    """Called often (at least once a second on long work) with totals so far; `total` None = not known yet."""

    def __call__(self, done: int, total: int | None, unit: str) -> None: ...


def silent(done: int, total: int | None, unit: str) -> None:
    """The progress of somebody who does not want to know."""
