from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "amparo.web.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.common import defects  # noqa: F401  (listens to unforeseen errors)
