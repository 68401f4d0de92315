from django.urls import path

from amparo.web.court import views

app_name = "court"
urlpatterns = [
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("case/<uuid:case_id>/offence/", views.offence, name="offence"),
    path("case/<uuid:case_id>/support/", views.support, name="support"),
    path("case/<uuid:case_id>/bundle/", views.build, name="build"),
    path("findings/<uuid:pk>/", views.finding, name="finding"),
    path("findings/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("traces/<uuid:pk>/keep/", views.keep_trace, name="keep-trace"),
    path("bundles/", views.reading, name="reading"),
    path("bundles/<uuid:pk>/", views.bundle, name="bundle"),
    path("bundles/<uuid:pk>/hand-over/", views.hand_over, name="hand-over"),
    path("bundles/<uuid:pk>/download/", views.download, name="download"),
    path("bundles/<uuid:pk>/report.<str:language>.pdf", views.report, name="report"),
]
