"""Form: start an exercise."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.academy import CASEPACKS


class ExerciseForm(forms.Form):
    casepack = forms.ChoiceField(label=_("Case"), choices=[])
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31,
        initial=1,
        help_text=_("The same seed makes the same case again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["casepack"].choices = [(pack.name, gettext(pack.title)) for pack in CASEPACKS]
