"""Finding a case as one person may: inside their agency's scope, and only as a member."""

from uuid import UUID

from django.db.models import QuerySet

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotFound


def cases_of(person: Person) -> QuerySet[Case]:
    """The cases a person is a member of. The agency's scope must be active, as on every desk request."""
    require(person, "cases.see")
    return Case.objects.filter(memberships__person=person)


def case_for(person: Person, case_id: UUID | str) -> Case:
    """Return one case. Raises NotFound alike for a foreign, a closed-off and a missing one."""
    try:
        return cases_of(person).get(pk=case_id)
    except (Case.DoesNotExist, ValueError):
        raise NotFound from None
