"""The portal's addresses: nothing of the desk is reachable here."""

from django.urls import include, path

urlpatterns = [path("", include("amparo.web.portal.urls"))]
handler400 = "amparo.web.portal.pages.bad_request"
handler404 = "amparo.web.portal.pages.not_found"
