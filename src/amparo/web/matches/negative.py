"""The negative bank as scans use it: an index of pictures that are not what a list says.

An index never changes, and a recipe names the one it was made with; so each state of the bank has its own, named by
what it holds, and stays.
"""

from pathlib import Path

from django.db.models import QuerySet

from amparo.base import canonical_digest
from amparo.media import Entry, Index, IndexExists, build_index
from amparo.web.accounts.models import Agency
from amparo.web.common.home import folder
from amparo.web.matches.models import NegativeEntry


def current_bank(agency: Agency) -> str:
    """Name of the bank as it is now, its index made if it is new; "" if no picture is in it."""
    pdqs = sorted(set(_in_force(agency).exclude(pdq="").values_list("pdq", flat=True)))
    if not pdqs:
        return ""
    name = canonical_digest(pdqs)
    place = _folder(agency, name)
    if not place.exists():
        entries = [Entry(row, {"pdq": pdq}) for row, pdq in enumerate(pdqs, 1)]
        try:
            build_index(entries, place, {"list": "negative"})
        except IndexExists:
            return name  # another process made the same one in this very moment
    return name


def negative_index(agency: Agency, name: str) -> Index:
    """Raises IndexDamaged."""
    return Index.open(_folder(agency, name))


def negative_sha256s(agency: Agency) -> frozenset[str]:
    """Pictures that are in the bank by their bytes."""
    return frozenset(_in_force(agency).exclude(sha256="").values_list("sha256", flat=True))


def _in_force(agency: Agency) -> QuerySet[NegativeEntry]:
    return NegativeEntry.objects.filter(agency=agency, ended=None).exclude(agreed=None)


def _folder(agency: Agency, name: str) -> Path:
    return folder("index") / str(agency.pk) / f"negative-{name[:32]}"
