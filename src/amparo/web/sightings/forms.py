"""The filter over a case's sightings. It is in the address, so that it can be shared."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.web.cases.models import Case
from amparo.web.sightings.queries import kinds_of
from amparo.web.sightings.words import kind_words


class FilterForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[])
    q = forms.CharField(label=_("Value contains"), required=False, max_length=200)
    exhibit = forms.CharField(label=_("Exhibit"), required=False, max_length=12)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = [(kind, f"{kind_words(kind)} ({n})") for kind, n in kinds_of(case)]
        self.fields["kind"].choices = [("", gettext("all kinds")), *counted]
