"""What every desk page knows: the agency, the navigation the person may use."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from amparo.web.common.nav import ENTRIES


def desk(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"desk_nav": [], "agency": None}
    nav = []
    for entry in ENTRIES:
        if person.may(entry.permission):
            url = reverse(entry.url_name)
            active = request.path == url or (url != "/" and request.path.startswith(url))
            nav.append((url, entry.label, active))
    return {"desk_nav": nav, "agency": person.agency, "is_exercise": person.agency.is_exercise}
