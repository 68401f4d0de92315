from django.urls import path

from amparo.web.classroom import views

app_name = "classroom"
urlpatterns = [path("", views.exercises, name="list"), path("start/", views.start, name="start")]
