"""What every desk page knows: the agency, the navigation the person may use."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from amparo.web.common.nav import ENTRIES

#: Each language by its own name, for the reader who knows no other.
OWN_NAMES: Final = (
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ar", "العربية"),
    ("pt", "Português"),
    ("sw", "Kiswahili"),
)


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
    return {
        "desk_nav": nav,
        "agency": person.agency,
        "person_roles": [gettext(name) for name in person.role_names],
        "desk_languages": OWN_NAMES,
    }
