"""One line in the custody log of the exhibit's case."""

from typing import Any

from amparo.web.accounts.models import Person
from amparo.web.audit.actions import record
from amparo.web.exhibits.models import Exhibit


def record_in_case(action: str, actor: Person, exhibit: Exhibit, about: str, **rest: Any) -> None:
    case = exhibit.case
    record(action, actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=about, **rest)
