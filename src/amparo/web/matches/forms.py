"""Forms: import a list, choose lists for a scan, give a reason for a reveal."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.media import LISTS
from amparo.web.accounts.models import Agency
from amparo.web.cases.models import Case
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
        self.fields["lists"].queryset = self.fields["lists"].initial = HashList.objects.filter(withdrawn=None)


class FilterForm(forms.Form):
    """Which matches the grid shows; in the address, so that it can be shared."""

    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("possible", _("possible matches")),
            ("disputed", _("disputed")),
            ("confirmed", _("confirmed")),
            ("rejected", _("rejected")),
            ("all", _("all")),
        ],
    )
    exhibit = forms.ChoiceField(label=_("Exhibit"), required=False, choices=[])
    list = forms.ChoiceField(label=_("List"), required=False, choices=[])

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = HashList.objects.filter(matches__exhibit__case=case).distinct()
        numbers = case.exhibits.values_list("number", flat=True)
        self.fields["exhibit"].choices = [("", _("all exhibits")), *((each, each) for each in numbers)]
        self.fields["list"].choices = [("", _("all lists")), *((str(each.pk), str(each)) for each in lists)]

    def wanted(self) -> dict[str, str]:
        """Lookup -> value of what is asked for; a field that makes no sense does not filter."""
        self.is_valid()
        places = {"state": "state", "exhibit": "exhibit__number", "list": "hash_list"}
        asked = {place: self.cleaned_data.get(name) for name, place in places.items()}
        return {place: value for place, value in asked.items() if value and value != "all"}

    def address(self) -> str:
        """The filter's part of the address, for the links to further pages."""
        self.is_valid()
        return "".join(f"{name}={quote(value)}&" for name, value in self.cleaned_data.items() if value)


class ReviewForm(forms.Form):
    decision = forms.ChoiceField(choices=[("confirm", "confirm"), ("reject", "reject"), ("unsure", "unsure")])
    note = forms.CharField(required=False, max_length=300)
