"""Who did it, as plain ids: `audit` stands below `accounts` and knows no person."""

from typing import NamedTuple
from uuid import UUID


class Actor(NamedTuple):
    """`name` is how the log calls them ("r.diaz", "reporter", "system"); `role` the role they acted in."""

    id: UUID | None
    name: str
    role: str


SYSTEM = Actor(None, "system", "system")
REPORTER = Actor(None, "reporter", "reporter")
