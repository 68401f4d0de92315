"""Forms of the desk's report pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amparo.web.reports.answers import ANSWERS
from amparo.web.reports.models import Report
from amparo.web.reports.states import follows


class PassphraseForm(forms.Form):
    passphrase = forms.CharField(
        label=gettext_lazy("Your passphrase"),
        help_text=gettext_lazy("Five words. Capital letters and the signs between the words don't matter."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}),
        max_length=200,
    )


class FindForm(forms.Form):
    value = forms.CharField(
        label=gettext_lazy("Find reports that name a wallet, link, phone number, e-mail or account number"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )


class StateForm(forms.Form):
    state = forms.ChoiceField(label=gettext_lazy("New state"))
    reason = forms.CharField(label=gettext_lazy("Why (for the log)"), max_length=300, required=False)

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [(state, _(str(Report.State(state).label))) for state in follows(report)]


class AnswerForm(forms.Form):
    template = forms.ChoiceField(label=gettext_lazy("Answer"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [(each.name, _(each.label)) for each in ANSWERS]
