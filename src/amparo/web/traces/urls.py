from django.urls import path

from amparo.web.traces import views

app_name = "traces"
urlpatterns = [
    path("chains/", views.chains, name="chains"),
    path("chains/load/", views.load, name="load"),
    path("tags/import/", views.import_tags, name="tags"),
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("case/<uuid:case_id>/new/", views.new, name="new"),
    path("<uuid:pk>/", views.trace, name="trace"),
    path("<uuid:pk>/<slug:rule>.csv", views.export, name="export"),
]
