"""The limits of what may be looked at: one function answers, and every view, search, scan and export asks it."""

from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from amparo.base import AmparoError, gettext_noop
from amparo.web.cases.models import DATA_KINDS, Authorisation, Case

__all__ = ["DATA_KINDS", "Limits", "OutsideAuthorisation", "limits", "require_authorisation"]


class OutsideAuthorisation(AmparoError):
    code = "W301"
    sentence = gettext_noop("No valid authorisation of case %(case)s covers this: %(what)s.")
    advice = gettext_noop(
        "Enter the court order, consent, complaint or other authorisation that allows it, or leave it."
    )


class Limits(NamedTuple):
    """The union of what the valid authorisations allow for one kind of data and one exhibit."""

    numbers: tuple[str, ...]  # of the authorisations, for the log's `auth`
    windows: tuple[tuple[date | None, date | None], ...]  # item dates allowed; (None, None) = any

    def covers(self, item_date: date | None) -> bool:
        """An unknown date is outside unless some authorisation sets no dates."""
        return any(
            (start is None and end is None)
            or (item_date is not None and (start is None or start <= item_date) and (end is None or item_date <= end))
            for start, end in self.windows
        )


def limits(case: Case, data_kind: str, *, exhibit: str | None = None, day: date | None = None) -> Limits | None:
    """Return what is allowed today (or on `day`) for `data_kind` (of `exhibit`, "EX1"), or None for nothing."""
    day = day or timezone.now().date()
    valid = Authorisation.objects.filter(case=case, valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )
    allowing = [
        each
        for each in valid
        if data_kind in each.data_kinds and (exhibit is None or not each.exhibits or exhibit in each.exhibits)
    ]
    if not allowing:
        return None
    return Limits(tuple(each.number for each in allowing), tuple((each.items_from, each.items_to) for each in allowing))


def require_authorisation(case: Case, data_kind: str, *, exhibit: str | None = None) -> Limits:
    """Return the limits, or raise OutsideAuthorisation naming what is not covered."""
    found = limits(case, data_kind, exhibit=exhibit)
    if found is None:
        what = f"{data_kind} ({exhibit})" if exhibit else data_kind
        raise OutsideAuthorisation(case=case.number, what=what)
    return found
