from django.urls import path

from amparo.web.sightings import views

app_name = "sightings"
urlpatterns = [
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("case/<uuid:case_id>/value/<slug:key>/", views.value, name="value"),
    path("case/<uuid:case_id>/export/", views.export, name="export"),
    path("exhibit/<uuid:pk>/extract/", views.extract, name="extract"),
]
