from django.urls import path

from amparo.web.exhibits import views

app_name = "exhibits"
urlpatterns = [
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("case/<uuid:case_id>/deposit/", views.deposit, name="deposit"),
    path("case/<uuid:case_id>/inbox/", views.inbox, name="inbox"),
    path("<uuid:pk>/", views.exhibit, name="exhibit"),
    path("<uuid:pk>/item/", views.item, name="item"),
    path("<uuid:pk>/item/take/", views.take, name="take"),
    path("<uuid:pk>/item/restrict/", views.restrict, name="restrict"),
    path("<uuid:pk>/check/", views.check, name="check"),
    path("<uuid:pk>/catalogue/", views.catalogue, name="catalogue"),
]
