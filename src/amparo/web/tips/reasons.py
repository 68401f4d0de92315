"""Why a tip stands where it stands, in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from amparo.exchange.tips import REASONS


def sentences(names: Iterable[str]) -> list[str]:
    """The sentence of each reason, in order; a name from a later version is left out."""
    return [_(REASONS[name]) for name in names if name in REASONS]
