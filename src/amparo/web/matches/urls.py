from django.urls import path

from amparo.web.matches import views
from amparo.web.matches.views import entries
from amparo.web.matches.views.lists import coming, feedback, later
from amparo.web.matches.views.policy import decide_policy, policy_page
from amparo.web.matches.views.scans import quarantine, scanned

app_name = "matches"
urlpatterns = [
    path("lists/", views.lists, name="lists"),
    path("lists/import/", views.import_list, name="import"),
    path("lists/coming/<uuid:pk>/", coming, name="coming"),
    path("lists/<uuid:pk>/", views.hash_list, name="list"),
    path("lists/<uuid:pk>/feedback/", feedback, name="feedback"),
    path("lists/<uuid:pk>/later/", later, name="later"),
    path("lists/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("case/<uuid:case_id>/unknown/", views.unknown, name="unknown"),
    path("case/<uuid:case_id>/unknown/group/", views.group_unknown, name="group-unknown"),
    path("unknown/<uuid:exhibit_id>/", views.unknown_item, name="unknown-item"),
    path("unknown/<uuid:exhibit_id>/picture.png", views.unknown_picture, name="unknown-picture"),
    path("unknown/<uuid:exhibit_id>/reveal/", views.unknown_reveal, name="unknown-reveal"),
    path("scan/<uuid:exhibit_id>/", views.scan, name="scan"),
    path("scans/<uuid:pk>/", scanned, name="scanned"),
    path("quarantine/<uuid:pk>/", quarantine, name="quarantine"),
    path("negatives/", entries.negatives, name="negatives"),
    path("negatives/<uuid:pk>/agree/", entries.agree, name="agree"),
    path("negatives/<uuid:pk>/end/", entries.end, name="end"),
    path("policy/", policy_page, name="policy"),
    path("policy/decide/", decide_policy, name="decide-policy"),
    path("break/", views.break_page, name="break"),
    path("decisions/", views.decisions, name="decisions"),
    path("exposures/", views.exposures, name="exposures"),
    path("<uuid:pk>/", views.match, name="match"),
    path("<uuid:pk>/review/", views.review, name="review"),
    path("<uuid:pk>/decide/", views.decide, name="decide"),
    path("<uuid:pk>/apart/", views.apart, name="apart"),
    path("<uuid:pk>/reveal/", views.reveal, name="reveal"),
    path("<uuid:pk>/entry/", entries.entry, name="entry"),
    path("<uuid:pk>/negative/", entries.negative, name="negative"),
    path("<uuid:pk>/picture.png", views.picture, name="picture"),
    path("<uuid:pk>/frame.png", views.frame, name="frame"),
]
