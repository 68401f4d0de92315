"""The desk's addresses. Each app owns one prefix."""

from importlib.util import find_spec

from django.urls import include, path

from amparo.web.accounts.views import set_language
from amparo.web.api import api
from amparo.web.common.views import desk_start

#: prefix -> the app whose urls.py serves it. A room that is not built yet has no urls.py.
ROOMS = {
    "reports/": "reports",
    "tips/": "tips",
    "cases/": "cases",
    "exhibits/": "exhibits",
    "sightings/": "sightings",
    "matches/": "matches",
    "traces/": "traces",
    "court/": "court",
    "referrals/": "referrals",
    "classroom/": "classroom",
    "people/": "accounts",
    "oversight/": "audit",
    "jobs/": "common",
}

urlpatterns = [
    path("", desk_start, name="start"),
    path("account/language/", set_language, name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("api/v1/", api.urls),
    *[
        path(prefix, include(f"amparo.web.{app}.urls"))
        for prefix, app in ROOMS.items()
        if find_spec(f"amparo.web.{app}") and find_spec(f"amparo.web.{app}.urls")
    ],
]
handler400 = "amparo.web.common.refusals.bad_request"
handler404 = "amparo.web.common.refusals.not_found"
