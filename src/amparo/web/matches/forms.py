"""Forms of the review: which matches are shown, and what is decided of them."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.web.cases.models import Case
from amparo.web.matches.models import HashList


class FilterForm(forms.Form):
    """Which matches the grid shows; in the address, so that it can be shared."""

    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("waiting", _("what waits for me")),
            ("possible", _("possible matches")),
            ("known", _("known, confirmed before")),
            ("held", _("held back")),
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
        return {place: value for place, value in asked.items() if value and value not in {"all", "waiting"}}

    @property
    def is_waiting(self) -> bool:
        """Asked for what waits for the reader's own judgement."""
        return self.is_valid() and self.cleaned_data["state"] == "waiting"

    def address(self) -> str:
        """The filter's part of the address, for the links to further pages."""
        self.is_valid()
        return "".join(f"{name}={quote(value)}&" for name, value in self.cleaned_data.items() if value)


class ReviewForm(forms.Form):
    decision = forms.ChoiceField(choices=[("confirm", "confirm"), ("reject", "reject"), ("unsure", "unsure")])
    note = forms.CharField(required=False, max_length=300)
    category = forms.CharField(required=False, max_length=60)


class GroupForm(ReviewForm):
    """One decision for all of a group: `seal` says which matches the page offered."""

    seal = forms.CharField(max_length=64)
