"""The cookie that holds an open reading room's key: no script reads it, no other site sends it."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from amparo.web.reports.errors import RoomClosed
from amparo.web.reports.rooms import LONGEST, OpenRoom, enter_room, room_until


def _name() -> str:
    return "__Host-amparo_room" if settings.SESSION_COOKIE_SECURE else "amparo_room"


def open_room_of(request: HttpRequest) -> OpenRoom | None:
    """Return the reading room this browser has open, renewed, or None."""
    cookie = request.COOKIES.get(_name(), "")
    if not cookie or not request.user.may("reports.read"):
        return None
    try:
        return enter_room(request.user, cookie)
    except RoomClosed:
        return None


def open_until(request: HttpRequest) -> datetime | None:
    """Say until when this browser's room is open, without renewing it or opening a key: only reading reports renews."""
    return room_until(request.user, request.COOKIES.get(_name(), ""))


def required_room(request: HttpRequest) -> OpenRoom:
    """Return the open reading room. Raises RoomClosed."""
    room = open_room_of(request)
    if room is None:
        raise RoomClosed
    return room


def set_cookie(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        _name(),
        value,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def delete_cookie(response: HttpResponse) -> None:
    response.delete_cookie(_name(), path="/", samesite="Strict")
