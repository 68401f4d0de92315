from django.urls import path

from amparo.web.traces.views import chains, tags, traces

app_name = "traces"
urlpatterns = [
    path("chains/", chains.chains, name="chains"),
    path("chains/load/", chains.load, name="load"),
    path("tags/import/", tags.import_tags, name="tags"),
    path("case/<uuid:case_id>/", traces.case, name="case"),
    path("case/<uuid:case_id>/new/", traces.new, name="new"),
    path("<uuid:pk>/", traces.trace, name="trace"),
    path("<uuid:pk>/<slug:rule>.csv", traces.export, name="export"),
]
