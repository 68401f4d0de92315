"""Forms: import a list, choose lists for a scan, give a reason for a reveal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.media import LISTS
from amparo.web.accounts.models import Agency
from amparo.web.matches.models import PURPOSES, HashList


class ImportForm(forms.Form):
    file = forms.FileField(label=_("The list's file"), help_text=_("CSV: md5, sha1, sha256, pdq, label, purpose."))
    name = forms.CharField(label=_("Name of the list"), max_length=120)
    version = forms.CharField(label=_("Version"), max_length=40)
    source = forms.CharField(label=_("Who gave it"), max_length=200)
    purpose = forms.ChoiceField(label=_("What it may be used for"), choices=[])
    format = forms.ChoiceField(label=_("Format"), choices=[(name, name) for name in LISTS.names()])

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [
            (name, _(words)) for name, words in PURPOSES.items() if (name == "training") is agency.is_exercise
        ]


class ScanForm(forms.Form):
    lists = forms.ModelMultipleChoiceField(
        label=_("Compare with these lists"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    threshold = forms.IntegerField(
        label=_("How far a picture may differ"),
        help_text=_("Bits of 256. 31 is the usual limit; 0 finds exact copies only."),
        initial=31,
        min_value=0,
        max_value=47,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lists"].queryset = HashList.objects.filter(withdrawn=None)


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("Why must you see it?"), max_length=200)


class ReviewForm(forms.Form):
    decision = forms.ChoiceField(choices=[("confirm", "confirm"), ("reject", "reject"), ("unsure", "unsure")])
    note = forms.CharField(required=False, max_length=300)
