from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "amparo.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.accounts import news, signals  # noqa: F401  (declares actions, connects sign-in)
