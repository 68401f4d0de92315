"""public(): what every portal view runs inside: language from the path, the agency's scope, no files, small bodies."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_scopes import scope, scopes_disabled

from amparo.base import AmparoError
from amparo.web.accounts.models import Agency
from amparo.web.common.errors import say
from amparo.web.common.home import config
from amparo.web.portal.errors import FilesRefused, NoAgency, TooLarge

#: Bytes of one POST: a token that carries the longest draft, and one more answer.
LARGEST_BODY: Final = 1_500_000
FORM_TYPE: Final = "application/x-www-form-urlencoded"
#: Where "Leave this page now" goes: a page nobody wonders about.
LEAVE_URL: Final = "https://www.wikipedia.org/"

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Page:
    """One public request: the agency asked, the language of the page."""

    request: HttpRequest
    agency: Agency
    language: str

    def url(self, name: str, *args: object) -> str:
        return reverse(f"portal:{name}", args=[self.language, *args])

    def render(self, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
        return render(self.request, template, {**self.frame(), **(context or {})}, status=status)

    def frame(self) -> dict[str, Any]:
        """What portal/base.html reads."""
        return {
            "agency_name": self.agency.name,
            "is_exercise": self.agency.is_exercise,
            "emergency_numbers": [
                {"number": each["number"], "label": each.get("name", "")} for each in self.agency.emergency_numbers
            ],
            "languages": [
                {"code": code, "name": name, "url": self._in(code), "current": code == self.language}
                for code, name in languages_of(self.agency).items()
            ],
            "language": self.language,
            "home_url": self.url("start"),
            "report_url": self.url("report"),
            "return_url": self.url("return"),
            "help_url": self.url("help"),
            "privacy_url": self.url("privacy"),
            "about_url": self.url("about"),
            "leave_url": LEAVE_URL,
        }

    def _in(self, code: str) -> str:
        """The same page in another language. A page that was the answer to a POST leads to its beginning."""
        rest = self.request.path.lstrip("/").partition("/")[2]
        return f"/{code}/{rest}"


View = Callable[Concatenate[Page, P], HttpResponse]


def public(view: "View[P]") -> Callable[..., HttpResponse]:
    """Run a view as a public page. The token in its forms does what the CSRF cookie does elsewhere."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, language: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            agency = portal_agency()
        except NoAgency as error:
            return render(request, "portal/refused.html", {"said": say(error)}, status=503)
        if language not in languages_of(agency):
            raise Http404
        with scope(agency=agency), translation.override(language):
            page = Page(request, agency, language)
            refusal = _refusal(request)
            if refusal is not None:
                return _say(page, *refusal)
            try:
                return view(page, *args, **kwargs)
            except AmparoError as error:
                return _say(page, error, 400)

    return wrapped


def _say(page: Page, error: AmparoError, status: int) -> HttpResponse:
    return page.render("portal/refused.html", {"said": say(error)}, status)


def _refusal(request: HttpRequest) -> tuple[AmparoError, int] | None:
    """Decide by the headers alone, before a byte of the body is read."""
    if request.method != "POST":
        return None
    if request.content_type != FORM_TYPE:
        return FilesRefused(), 415
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return TooLarge(), 413
    return None


def portal_agency() -> Agency:
    """The agency this portal stands for: config.toml's `portal_agency`, else the first real one. Raises NoAgency.

    An agency of kind exercise has a portal only where it is named; every page of it is then marked as an exercise.
    """
    slug = config().get("portal_agency")
    with scopes_disabled():
        if slug:
            found = Agency.objects.filter(slug=slug).first()
        else:
            found = Agency.objects.filter(kind=Agency.Kind.REAL).order_by("created").first()
    if found is None:
        raise NoAgency
    return found


def languages_of(agency: Agency) -> dict[str, str]:
    """Code -> the language's own name, in the agency's order; all six where it chose none."""
    own_names = {
        "en": "English",
        "es": "Español",
        "fr": "Français",
        "ar": "العربية",
        "pt": "Português",
        "sw": "Kiswahili",
    }
    known = [code for code, _name in settings.LANGUAGES if code in own_names]
    chosen = [code for code in agency.languages if code in own_names] or known
    return {code: own_names[code] for code in chosen}


def first_language(request: HttpRequest, agency: Agency) -> str:
    """The browser's language if the portal speaks it, else the agency's first."""
    offered = languages_of(agency)
    wanted = translation.get_language_from_request(request).split("-")[0]
    return wanted if wanted in offered else next(iter(offered))
