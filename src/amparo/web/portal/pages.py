"""The portal's standing pages: front door, start, privacy, about, and the 404."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from amparo.web.common.errors import say
from amparo.web.portal.errors import NoAgency
from amparo.web.portal.page import Page, first_language, languages_of, portal_agency, public
from amparo.web.reports.forms import INTAKE_FORMS


def front_door(request: HttpRequest) -> HttpResponse:
    """Send to the start page in the browser's language."""
    try:
        agency = portal_agency()
    except NoAgency as error:
        return render(request, "portal/refused.html", {"said": say(error)}, status=503)
    return redirect("portal:start", first_language(request, agency))


@public
def start(page: Page) -> HttpResponse:
    return page.render("portal/start.html", {"forms": INTAKE_FORMS})


@public
def privacy(page: Page) -> HttpResponse:
    return page.render("portal/privacy.html")


@public
def about(page: Page) -> HttpResponse:
    return page.render("portal/about.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The 404 in the language of the path, if it names one."""
    return _standing(request, "portal/404.html", 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _standing(request, "portal/400.html", 400)


def _standing(request: HttpRequest, template: str, status: int) -> HttpResponse:
    try:
        agency = portal_agency()
    except NoAgency:
        return render(request, template, {}, status=status)
    first = request.path.strip("/").split("/")[0]
    language = first if first in languages_of(agency) else first_language(request, agency)
    with translation.override(language):
        frame = Page(request, agency, language).frame()
        frame["languages"] = [{**each, "url": f"/{each['code']}/"} for each in frame["languages"]]
        return render(request, template, frame, status=status)
