"""Forms of the tips room: import, move, take into a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.base import clean_text
from amparo.web.accounts.models import Agency
from amparo.web.cases.forms import OpenCaseForm
from amparo.web.cases.models import Case
from amparo.web.exhibits.forms import ManyFilesField, new_token
from amparo.web.exhibits.inbox import entries
from amparo.web.tips.models import Tip


class AboutForm(forms.Form):
    """What is known of a delivery, whichever way it comes in."""

    source = forms.CharField(
        label=_("Who handed it over"),
        max_length=200,
        help_text=_("For example: the national contact point for tips, by its secure download."),
    )
    legal_basis = forms.CharField(
        label=_("On what authority the unit holds it"),
        max_length=300,
        help_text=_("For example: the law or agreement under which platforms report to this unit."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)

    def about(self) -> dict[str, Any]:
        """Keywords for the import actions."""
        texts = {name: clean_text(self.cleaned_data[name]) for name in ("source", "legal_basis")}
        return {**texts, "token": str(self.cleaned_data["token"])}


class UploadForm(AboutForm):
    files = ManyFilesField(
        label=_("The delivery"),
        allow_empty_file=True,
        help_text=_("The zip as it was delivered, or the report (XML, JSON or PDF) together with its files."),
    )
    field_order = ["files", "source", "legal_basis"]


class InboxForm(AboutForm):
    entry = forms.ChoiceField(label=_("From the inbox"), choices=[], widget=forms.RadioSelect)
    field_order = ["entry", "source", "legal_basis"]

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = entries(agency)
        self.fields["entry"].choices = [(each.key, each.name) for each in self.found]


class StateForm(forms.Form):
    state = forms.ChoiceField(
        label=_("New state"),
        choices=[(Tip.State.LOOKED_AT, _("Looked at")), (Tip.State.NO_ACTION, _("No action"))],
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Needed for “no action”: the sender's table is made of it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["reason"] = clean_text(cleaned.get("reason", "")).strip()
        if cleaned.get("state") == Tip.State.NO_ACTION and not cleaned["reason"]:
            self.add_error("reason", _("Say why nothing is to be done."))
        return cleaned


class PolicyForm(forms.Form):
    compare = forms.ChoiceField(
        label=_("Files that nobody at the platform viewed"),
        choices=[("yes", _("are compared with hash lists, without anybody seeing them")), ("no", _("are stored only"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("For example: the opinion of the prosecutor, with its date.")
    )

    def decision(self) -> dict[str, Any]:
        """Keywords for `actions.set_comparing`."""
        return {"compare": self.cleaned_data["compare"] == "yes", "reason": clean_text(self.cleaned_data["reason"])}


class ExistingCaseForm(forms.Form):
    case = forms.ModelChoiceField(label=_("Case"), queryset=None)

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = cases.filter(state=Case.State.OPEN)


class NewCaseForm(OpenCaseForm):
    """A new case from a tip: its first authorisation says on what authority its files may be read."""
