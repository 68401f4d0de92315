from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "amparo.web.help"
    label = "help"
