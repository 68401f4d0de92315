from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "amparo.web.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.nav import add_entry
        from amparo.web.reports import news  # noqa: F401  (declares actions)

        add_room(10, _("Reports"), "reports:case", "cases.see", lambda case: case.report_copies.count())
        add_entry(10, _("Reports"), "reports:queue", "reports.queue")
