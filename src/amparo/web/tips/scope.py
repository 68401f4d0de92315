"""Finding tips and deliveries as one person may: inside their agency's scope, with the permission to see tips."""

from uuid import UUID

from django.db.models import QuerySet

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.cases.models import Case
from amparo.web.cases.scope import cases_of
from amparo.web.common.errors import NotFound
from amparo.web.tips.models import Delivery, Tip


def tips_of(person: Person) -> QuerySet[Tip]:
    """The tips of a person's agency, whose scope must be active. Raises NotAllowed."""
    require(person, "tips.see")
    return Tip.objects.filter(agency=person.agency)


def tip_for(person: Person, pk: UUID) -> Tip:
    """Return one tip. Raises NotFound alike for a foreign agency's and a missing one."""
    found = tips_of(person).select_related("agency", "delivery", "holder", "case", "exhibit").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def deliveries_of(person: Person) -> QuerySet[Delivery]:
    require(person, "tips.see")
    return Delivery.objects.filter(agency=person.agency)


def delivery_for(person: Person, pk: UUID) -> Delivery:
    found = deliveries_of(person).select_related("agency", "imported_by").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def case_of(person: Person, tip: Tip) -> Case | None:
    """The tip's case if this person is a member of it: nobody else is told which one it is."""
    if tip.case_id is None or not person.may("cases.see"):
        return None
    return cases_of(person).filter(pk=tip.case_id).first()
