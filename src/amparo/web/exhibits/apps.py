from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExhibitsConfig(AppConfig):
    name = "amparo.web.exhibits"
    label = "exhibits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.exhibits import jobs, news  # noqa: F401  (declare handlers and actions)
        from amparo.web.exhibits.models import Exhibit

        add_room(
            10, _("Exhibits"), "exhibits:case", "exhibits.see", lambda case: Exhibit.objects.filter(case=case).count()
        )
