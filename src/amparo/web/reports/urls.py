from django.urls import path

from amparo.web.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.report_queue, name="queue"),
    path("find/", views.find, name="find"),
    path("room/", views.reading_room, name="room"),
    path("room/enrol/<uuid:pk>/", views.enrol, name="enrol"),
    path("case/<uuid:case_id>/", views.case_copies, name="case"),
    path("<uuid:pk>/", views.report_page, name="report"),
    path("<uuid:pk>/take/", views.take, name="take"),
    path("<uuid:pk>/state/", views.change_state, name="state"),
    path("<uuid:pk>/answer/", views.answer, name="answer"),
    path("<uuid:pk>/case/", views.open_case, name="open-case"),
]
