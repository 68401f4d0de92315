from django.urls import path

from amparo.web.referrals import views

app_name = "referrals"
urlpatterns = [
    path("", views.referral_list, name="list"),
    path("partners/add/", views.partner, name="partner"),
    path("receive/", views.receive, name="receive"),
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("<uuid:pk>/", views.referral, name="referral"),
    path("<uuid:pk>/download/", views.download, name="download"),
]
