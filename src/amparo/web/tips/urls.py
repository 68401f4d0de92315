from django.urls import path

from amparo.web.tips import views

app_name = "tips"
urlpatterns = [
    path("", views.tip_queue, name="queue"),
    path("senders/", views.senders, name="senders"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<uuid:pk>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/again/", views.read_again, name="again"),
    path("import/", views.upload, name="import"),
    path("import/inbox/", views.inbox, name="inbox"),
    path("policy/", views.policy, name="policy"),
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("<uuid:pk>/", views.tip, name="tip"),
    path("<uuid:pk>/take/", views.take, name="take"),
    path("<uuid:pk>/state/", views.change_state, name="state"),
    path("<uuid:pk>/new-case/", views.new_case, name="new-case"),
    path("<uuid:pk>/existing-case/", views.existing_case, name="existing-case"),
]
