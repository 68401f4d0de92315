"""Turns an engine's or action's refusal that no view caught into a page that says it, with the right status."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from amparo.base import AmparoError
from amparo.web.common.errors import NotAllowed, NotFound, NotReadable, say


class SayRefusals:
    """NotFound -> the same 404 as any missing page; NotAllowed -> 403; other AmparoErrors -> 400 with their words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotFound):
            return not_found(request)
        if isinstance(exception, Http404):
            return not_found(request)
        if isinstance(exception, NotAllowed):
            return render(request, "refused.html", {"said": say(exception)}, status=403)
        if isinstance(exception, AmparoError):
            return render(request, "refused.html", {"said": say(exception)}, status=400)
        return None


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one 404: the same bytes for a missing object, a foreign agency's object and a wrong address."""
    return render(request, "404.html", {}, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was refused while the request was still read; an AmparoError says why."""
    error = exception if isinstance(exception, AmparoError) else NotReadable()
    return render(request, "refused.html", {"said": say(error)}, status=400)
