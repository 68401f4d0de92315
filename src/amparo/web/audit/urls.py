from django.urls import path

from amparo.web.audit import views

app_name = "oversight"
urlpatterns = [path("", views.oversight, name="seat")]
