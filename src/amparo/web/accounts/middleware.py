"""Every desk request of a signed-in person runs inside their agency's scope, behind a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django_scopes import scope

#: What a person without a second factor yet may open: to set one up, and to leave.
WITHOUT_SECOND_FACTOR = ("/account/", "/static/", "/api/")


class AgencyScope:
    """Set the django-scopes dimension `agency`, and the person's language. Signed out: no scope, queries raise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with scope(agency=request.user.agency), translation.override(request.user.language):
            request.LANGUAGE_CODE = request.user.language
            return self.get_response(request)


class NoUploadsOfStrangers:
    """Refuse large files from whoever is not signed in, before a byte of them is written to the disk."""

    LARGEST = 64 * 1024  # bytes; nothing that a signed-out page asks for is larger

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_large = int(request.META.get("CONTENT_LENGTH") or 0) > self.LARGEST
        if is_large and request.content_type == "multipart/form-data" and not request.user.is_authenticated:
            return render(request, "400.html", status=400)
        return self.get_response(request)


class RequireSecondFactor:
    """Send a signed-in person who has no second factor to set one up; nothing else opens before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if (
            settings.AMPARO_REQUIRE_MFA
            and person.is_authenticated
            and not request.path.startswith(WITHOUT_SECOND_FACTOR)
            and not is_mfa_enabled(person)
        ):
            return redirect("mfa_activate_totp")
        return self.get_response(request)
