from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClassroomConfig(AppConfig):
    name = "amparo.web.classroom"
    label = "classroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.classroom import jobs, news  # noqa: F401  (declares actions and job handlers)
        from amparo.web.common.nav import add_entry

        add_entry(75, _("Classroom"), "classroom:list", "classroom.learn")
