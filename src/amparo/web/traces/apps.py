from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TracesConfig(AppConfig):
    name = "amparo.web.traces"
    label = "traces"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.nav import add_entry
        from amparo.web.traces import jobs, news  # noqa: F401  (declares actions and job handlers)
        from amparo.web.traces.models import Trace

        add_entry(50, _("Chains"), "traces:chains", "traces.see")
        add_room(40, _("Traces"), "traces:case", "traces.see", lambda case: Trace.objects.filter(case=case).count())
