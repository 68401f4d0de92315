"""Casepack: one exercise, made as often as wanted from a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from amparo.academy.worlds import World


@dataclass(frozen=True, slots=True)
class Casepack:
    """`name` is permanent; `example_seeds` are seeds whose worlds a test builds twice and compares byte by byte."""

    name: str
    version: str
    title: str
    story: str
    build: Callable[[int, Path], World]
    example_seeds: tuple[int, ...]

    def examples(self) -> list[int]:
        return list(self.example_seeds)
