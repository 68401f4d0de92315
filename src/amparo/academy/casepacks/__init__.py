"""CASEPACKS: the exercises that come with Amparo. Adding one = its module + its test + one line here."""

from typing import Final

from amparo.academy.casepacks.base import Casepack
from amparo.academy.casepacks.clinic import CLINIC
from amparo.base import Registry

__all__ = ["CASEPACKS", "Casepack"]

CASEPACKS: Final[Registry[Casepack]] = Registry("casepack", CLINIC)
