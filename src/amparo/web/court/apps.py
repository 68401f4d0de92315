from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CourtConfig(AppConfig):
    name = "amparo.web.court"
    label = "court"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.events import subscribe
        from amparo.web.common.nav import add_entry
        from amparo.web.court import jobs, news, subscribers  # noqa: F401  (declares actions and job handlers)
        from amparo.web.court.models import Finding
        from amparo.web.court.outcomes import outcomes_of
        from amparo.web.matches.outcomes import add_teller

        add_teller(outcomes_of)
        subscribe("match.confirmed", subscribers.keep_confirmed_match)
        add_entry(60, _("Bundles to read"), "court:reading", "bundles.read")
        add_room(50, _("Findings and bundles"), "court:case", "findings.see", lambda case: _count(Finding, case))


def _count(model: type, case: object) -> int:
    return model.objects.filter(case=case).count()
