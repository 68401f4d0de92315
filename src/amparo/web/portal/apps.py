from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "amparo.web.portal"
    label = "portal"
