from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SightingsConfig(AppConfig):
    name = "amparo.web.sightings"
    label = "sightings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.events import subscribe
        from amparo.web.sightings import jobs, news, subscribers  # noqa: F401  (declare handlers and actions)
        from amparo.web.sightings.queries import count

        add_room(20, _("Sightings"), "sightings:case", "sightings.see", count)
        subscribe("exhibit.catalogued", subscribers.exhibit_catalogued)
        subscribe("report.case-opened", subscribers.case_opened)
