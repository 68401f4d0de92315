"""What every desk page says of the reading room: open until when, or closed. For those who may open one."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from amparo.web.reports.room_cookie import open_until


def reading_room(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated or not person.may("reports.read"):
        return {}
    until = open_until(request)
    return {"reading_room": {"open": until is not None, "until": until, "url": reverse("reports:room")}}
