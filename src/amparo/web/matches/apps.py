from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchesConfig(AppConfig):
    name = "amparo.web.matches"
    label = "matches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.events import subscribe
        from amparo.web.common.nav import add_entry
        from amparo.web.matches import jobs, later, news, subscribers  # noqa: F401  (declares actions and job handlers)
        from amparo.web.matches.models import Match

        subscribe("scan.done", subscribers.scan_done)
        subscribe("list.imported", later.list_imported)
        subscribe("match.confirmed", subscribers.match_confirmed)
        add_entry(40, _("Hash lists"), "matches:lists", "matches.see")
        add_room(
            30,
            _("Matches"),
            "matches:case",
            "matches.see",
            lambda case: Match.objects.filter(exhibit__case=case).count(),
        )
