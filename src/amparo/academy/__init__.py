"""The academy: synthetic, seeded worlds to train and to test with. All material is benign and drawn here."""

from amparo.academy.casepacks import CASEPACKS, Casepack
from amparo.academy.worlds import Answers, CitizenReport, Person, World, build_world

__all__ = ["CASEPACKS", "Answers", "Casepack", "CitizenReport", "Person", "World", "build_world"]
