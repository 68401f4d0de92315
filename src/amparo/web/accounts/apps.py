from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "amparo.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.accounts import news, signals  # noqa: F401  (declares actions, connects sign-in)
        from amparo.web.common.nav import add_entry

        add_entry(80, _("People"), "people:list", "accounts.manage")
