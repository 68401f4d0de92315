from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TipsConfig(AppConfig):
    name = "amparo.web.tips"
    label = "tips"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.events import subscribe
        from amparo.web.common.nav import add_entry
        from amparo.web.tips import comparing, jobs, news  # noqa: F401  (declare handlers and actions)
        from amparo.web.tips.models import Tip

        subscribe("list.imported", comparing.list_imported)
        add_entry(15, _("Tips"), "tips:queue", "tips.see")
        add_room(15, _("Tips"), "tips:case", "tips.see", lambda case: Tip.objects.filter(case=case).count())
