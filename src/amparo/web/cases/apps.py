from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "amparo.web.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases import news  # noqa: F401  (declares actions)
        from amparo.web.common.nav import add_entry

        add_entry(20, _("Cases"), "cases:list", "cases.see")
