"""Worlds: everything a training case needs, made from one seed: the same seed gives the same bytes."""

from amparo.academy.worlds.names import Person
from amparo.academy.worlds.reports import CitizenReport
from amparo.academy.worlds.world import Answers, World, build_world

__all__ = ["Answers", "CitizenReport", "Person", "World", "build_world"]
