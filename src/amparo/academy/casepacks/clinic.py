"""The ransomed clinic: the case of the demo installation and of the first tutorial."""

from typing import Final

from amparo.academy.casepacks.base import Casepack
from amparo.academy.worlds import build_world
from amparo.base import gettext_noop

CLINIC: Final = Casepack(
    name="clinic",
    version="1.0.0",
    title=gettext_noop("The ransomed clinic"),
    story=gettext_noop(
        "A clinic paid a ransom, a child is being threatened, and several people were sent to the same false page. "
        "All people, places, pictures and payments are made up."
    ),
    build=build_world,
    example_seeds=(1, 2026),
)
