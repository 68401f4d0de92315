"""Forms of the exhibits room: deposit by upload or from the inbox, filter the items, mark, take out."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from amparo.base import clean_text
from amparo.web.accounts.models import Agency
from amparo.web.exhibits.inbox import entries
from amparo.web.exhibits.models import WORDS, Exhibit


def new_token() -> str:
    return str(uuid.uuid4())


class AboutForm(forms.Form):
    """What is known of an exhibit, whichever way it comes in."""

    label = forms.CharField(label=_("What it is"), max_length=200, help_text=_("For example: phone of the person P1."))
    source = forms.CharField(label=_("Where it comes from"), max_length=300, required=False)
    provider = forms.ChoiceField(
        label=_("Did a platform send it?"),
        choices=[
            (Exhibit.Provider.NONE, gettext_lazy(WORDS["not-provider"])),
            (Exhibit.Provider.VIEWED, gettext_lazy(WORDS["viewed"])),
            (Exhibit.Provider.UNVIEWED, gettext_lazy(WORDS["unviewed"])),
        ],
        initial=Exhibit.Provider.NONE,
        help_text=_("Files that nobody there looked at stay closed until an authorisation allows to open them."),
    )
    acquired_on = forms.DateField(
        label=_("Acquired on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    acquired_by = forms.CharField(label=_("Acquired by"), max_length=120, required=False)
    acquired_where = forms.CharField(label=_("Acquired where"), max_length=200, required=False)
    tool = forms.CharField(label=_("Tool and version, write blocker"), max_length=120, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)

    def clean_acquired_on(self) -> date | None:
        day: date | None = self.cleaned_data["acquired_on"]
        if day and day > timezone.now().date():
            raise forms.ValidationError(gettext("This day is in the future."))
        return day

    def about(self) -> dict[str, Any]:
        """Keywords for the deposit actions."""
        names = ("label", "source", "provider", "acquired_on", "acquired_by", "acquired_where", "tool")
        values = {name: self.cleaned_data[name] for name in names}
        cleaned = {name: clean_text(each) if isinstance(each, str) else each for name, each in values.items()}
        return {**cleaned, "token": str(self.cleaned_data["token"])}


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files in one field; cleans to a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        clean_one = super().clean
        return [clean_one(each, initial) for each in given]


class UploadForm(AboutForm):
    files = ManyFilesField(
        label=_("Zip, disk image or file"),
        allow_empty_file=True,
        help_text=_("Of a disk image in segments choose all segments at once. For a folder use the inbox."),
    )
    declared_sha256 = forms.RegexField(
        r"^\s*[0-9A-Fa-f]{64}\s*$",
        label=_("SHA-256 on the receipt"),
        required=False,
        help_text=_("If the file hashes to something else, nothing is stored."),
        error_messages={"invalid": _("A SHA-256 has 64 signs, 0 to 9 and a to f.")},
    )
    field_order = ["files", "declared_sha256", "label"]


class InboxForm(AboutForm):
    entry = forms.ChoiceField(label=_("From the inbox"), choices=[], widget=forms.RadioSelect)
    field_order = ["entry", "label"]

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = entries(agency)
        self.fields["entry"].choices = [(each.key, each.name) for each in self.found]


class FilterForm(forms.Form):
    """Which items the table shows; it is in the address, so that it can be shared."""

    q = forms.CharField(label=_("Path contains"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind of data"),
        required=False,
        choices=[
            ("", _("all")),
            ("files", _("files")),
            ("pictures", _("pictures and videos")),
            ("communications", _("messages and mail")),
        ],
    )


class ReasonForm(forms.Form):
    path = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=20000)
    reason = forms.CharField(label=_("Reason"), max_length=200)
