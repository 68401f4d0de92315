from django.urls import path

from amparo.web.accounts import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:pk>/roles/", views.roles, name="roles"),
    path("<uuid:pk>/end/", views.end, name="end"),
    path("tokens/new/", views.token, name="token"),
    path("tokens/<uuid:pk>/revoke/", views.revoke, name="revoke"),
]
