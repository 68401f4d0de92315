"""Forms: an offence with its elements, a finding under an element, a bundle, a reader."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.bundle import LANGUAGES
from amparo.web.cases.models import Case
from amparo.web.court.models import Element, Finding

NAMES = {
    "en": _("English"),
    "es": _("Spanish"),
    "fr": _("French"),
    "ar": _("Arabic"),
    "pt": _("Portuguese"),
    "sw": _("Swahili"),
}


class OffenceForm(forms.Form):
    name = forms.CharField(label=_("What the law calls it"), max_length=200)
    law = forms.CharField(label=_("Law and section"), max_length=200)
    elements = forms.CharField(
        label=_("Elements that must be shown"), help_text=_("One a line."), widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean_elements(self) -> list[str]:
        return [line.strip()[:300] for line in self.cleaned_data["elements"].splitlines() if line.strip()]


class SupportForm(forms.Form):
    element = forms.ModelChoiceField(label=_("Element"), queryset=None)
    finding = forms.ModelChoiceField(label=_("Finding"), queryset=None)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["element"].queryset = Element.objects.filter(offence__case=case)
        self.fields["element"].label_from_instance = lambda each: each.text
        self.fields["finding"].queryset = Finding.objects.filter(case=case, withdrawn=None)
        self.fields["finding"].label_from_instance = lambda each: each.number


class BundleForm(forms.Form):
    languages = forms.MultipleChoiceField(
        label=_("Languages of the report"),
        choices=[(code, NAMES[code]) for code in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
        initial=["en", "ar"],
    )


class ReaderForm(forms.Form):
    username = forms.CharField(label=_("Username of the judge, defence or expert"), max_length=150)
