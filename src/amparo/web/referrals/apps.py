from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "amparo.web.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from amparo.web.cases.rooms import add_room
        from amparo.web.common.nav import add_entry
        from amparo.web.referrals import news  # noqa: F401  (declares actions)
        from amparo.web.referrals.models import Referral

        add_entry(70, _("Partners and referrals"), "referrals:list", "referrals.receive")
        add_room(
            60,
            _("Referrals"),
            "referrals:case",
            "referrals.send",
            lambda case: Referral.objects.filter(case=case).count(),
        )
