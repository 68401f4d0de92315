"""Problems an exhibit keeps: an error's code, sentence and facts, so that any language can say it later."""

from typing import Any

from django.utils.translation import gettext

from amparo.base import AmparoError


def as_problem(error: AmparoError) -> dict[str, Any]:
    return {
        "code": error.code,
        "sentence": error.sentence,
        "facts": {name: str(value) for name, value in error.facts.items()},
    }


def say_problem(problem: dict[str, Any]) -> str:
    """The problem in the reader's language, with its code."""
    return f"{gettext(problem['sentence']) % problem['facts']} ({problem['code']})"
