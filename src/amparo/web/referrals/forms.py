"""Forms: a partner, a referral to one, a referral file, a case from it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.web.cases.forms import OpenCaseForm
from amparo.web.referrals.models import Partner


class PartnerForm(forms.Form):
    name = forms.CharField(label=_("Name of the partner"), max_length=120)
    country = forms.CharField(label=_("Country (two letters)"), max_length=2, required=False)
    recipient = forms.CharField(label=_("Its recipient"), help_text=_("Starts with age1."), max_length=80)
    verify_key = forms.CharField(label=_("Its verifying key"), help_text=_("64 hexadecimal signs."), max_length=64)
    compared = forms.CharField(
        label=_("How were these compared with the partner?"),
        max_length=200,
        help_text=_("For example: read out over the telephone to a known number, by whom and when."),
    )


class SendForm(forms.Form):
    partner = forms.ModelChoiceField(label=_("To"), queryset=None)
    note = forms.CharField(
        label=_("What the partner should know"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.all()


class ReceiveForm(forms.Form):
    file = forms.FileField(label=_("The sealed referral file"))


class ReferredCaseForm(OpenCaseForm):
    """Our own authorisation: the partner's does not reach across the border."""
