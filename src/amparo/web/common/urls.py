from django.urls import path

from amparo.web.common import views

app_name = "jobs"
urlpatterns = [path("<uuid:pk>/", views.job, name="job")]
