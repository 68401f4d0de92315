"""Forms of a case: opening it, its authorisations, members and people."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from amparo.web.cases.models import DATA_KINDS, WORDS, Authorisation, CasePerson


def _words(values: type[TextChoices]) -> list[tuple[str, Any]]:
    return [(value, _(WORDS[value])) for value in values.values]


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


class AuthorisationForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("On what authority"),
        choices=_words(Authorisation.Kind),
    )
    reference = forms.CharField(label=_("Its reference or number"), max_length=120)
    issuer = forms.CharField(label=_("Who gave it"), max_length=120)
    valid_from = _day(_("Valid from"), required=True)
    valid_to = _day(_("Valid until"))
    data_kinds = forms.MultipleChoiceField(
        label=_("Kinds of data it allows"), choices=[], widget=forms.CheckboxSelectMultiple
    )
    exhibits = forms.CharField(
        label=_("Only these exhibits"),
        required=False,
        help_text=_("Numbers with commas, such as EX1, EX3. Empty: all."),
    )
    items_from = _day(_("Only items dated from"))
    items_to = _day(_("Only items dated until"))
    unviewed_files = forms.BooleanField(
        label=_("Files that nobody at the provider viewed may be opened"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["data_kinds"].choices = [(name, _(sentence)) for name, sentence in DATA_KINDS.items()]

    def clean_exhibits(self) -> list[str]:
        return [part.strip().upper() for part in self.cleaned_data["exhibits"].split(",") if part.strip()]


class OpenCaseForm(AuthorisationForm):
    title = forms.CharField(label=_("What the case is about, in a few words"), max_length=200)
    field_order = ["title"]


class MemberForm(forms.Form):
    username = forms.CharField(label=_("Username of the colleague"), max_length=150)


class PersonForm(forms.Form):
    category = forms.ChoiceField(
        label=_("Who they are in the case"),
        choices=_words(CasePerson.Category),
    )
    name = forms.CharField(label=_("Name, if it is needed"), max_length=200, required=False)
    is_child = forms.BooleanField(label=_("A child (under 18)"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    safeguarding = forms.CharField(
        label=_("Safeguarding: what was done to keep them from harm"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MovePersonForm(forms.Form):
    category = forms.ChoiceField(label=_("Category"), choices=_words(CasePerson.Category))
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=_words(CasePerson.Outcome),
    )
    reason = forms.CharField(label=_("Why"), max_length=300)
