from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "amparo.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.accounts import news, signals  # noqa: F401  (declares actions, connects sign-in)
        from amparo.web.common.nav import add_entry

        if apps.is_installed("allauth.mfa"):
            from amparo.web.accounts import credentials  # noqa: F401  (listens to changes of credentials)

        add_entry(80, _("People"), "people:list", "accounts.manage")
