"""The portal's addresses. The language is in the path; no id of anything ever is."""

from django.urls import path

from amparo.web.portal import followup, help_pages, intake, pages

app_name = "portal"
urlpatterns = [
    path("", pages.front_door, name="front-door"),
    path("<slug:language>/", pages.start, name="start"),
    path("<slug:language>/report/", intake.report, name="report"),
    path("<slug:language>/return/", followup.come_back, name="return"),
    path("<slug:language>/privacy/", pages.privacy, name="privacy"),
    path("<slug:language>/about/", pages.about, name="about"),
    path("<slug:language>/help/", help_pages.help_start, name="help"),
    path("<slug:language>/help/<slug:audience>/", help_pages.help_audience, name="help-audience"),
    path("<slug:language>/help/<slug:audience>/<slug:key>/", help_pages.help_item, name="help-item"),
]
