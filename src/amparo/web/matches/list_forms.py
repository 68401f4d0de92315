"""Forms of lists and scans: import, choose, say what is thought of an entry, fill the negative bank."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.media import LISTS
from amparo.web.accounts.models import Agency
from amparo.web.exhibits import inbox
from amparo.web.matches.harmless import LOOKED_UP
from amparo.web.matches.models import KNOWN_GOOD, PURPOSES, HashList


class ImportForm(forms.Form):
    file = forms.FileField(label=_("The list's file"), required=False)
    inbox = forms.ChoiceField(
        label=_("Or a file in the server's inbox"),
        required=False,
        help_text=_("For lists of many gigabytes: put the file into the inbox folder of your unit on the server."),
        choices=[],
    )
    name = forms.CharField(
        label=_("Name of the list"),
        max_length=120,
        help_text=_("A new version of a list has the same name; the older one stays for what was found with it."),
    )
    version = forms.CharField(label=_("Version"), max_length=40)
    source = forms.CharField(label=_("Who gave it"), max_length=200)
    licence = forms.CharField(
        label=_("Under what terms"),
        max_length=200,
        required=False,
        help_text=_("The agreement or licence: who may use it, and whether it may be passed on."),
    )
    purpose = forms.ChoiceField(label=_("What it may be used for"), choices=[])
    format = forms.ChoiceField(
        label=_("Format"), required=False, help_text=_("Amparo sees it by the beginning of the file."), choices=[]
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [name for name in PURPOSES if name == KNOWN_GOOD or (name == "training") is agency.is_exercise]
        # None stands chosen: a list of the wrong purpose hides what it should find.
        self.fields["purpose"].choices = [("", "-"), *((name, _(PURPOSES[name])) for name in allowed)]
        self.fields["inbox"].choices = [("", "-"), *((each.key, each.name) for each in _files_in(agency))]
        if len(self.fields["inbox"].choices) == 1:
            del self.fields["inbox"]
        names = (*LISTS.names(), *sorted(LOOKED_UP))
        self.fields["format"].choices = [("", _("look at the file")), *((name, name) for name in names)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("file")) is bool(data.get("inbox")) and "file" not in self.errors:
            self.add_error("file", _("Choose one file."))
        return data


def _files_in(agency: Agency) -> list[inbox.Entry]:
    return [each for each in inbox.entries(agency) if not each.is_folder and len(each.paths) == 1]


class ScanForm(forms.Form):
    lists = forms.ModelMultipleChoiceField(
        label=_("Compare with these lists"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    known_good = forms.ModelMultipleChoiceField(
        label=_("Leave out the files of these lists"),
        help_text=_("Files known to be harmless are compared by their digests only; what they show is not looked at."),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
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
        usable = HashList.objects.filter(withdrawn=None)
        looked_for, harmless = usable.exclude(purpose=KNOWN_GOOD), usable.filter(purpose=KNOWN_GOOD)
        self.fields["lists"].queryset = looked_for
        self.fields["lists"].initial = newest(looked_for)
        self.fields["known_good"].queryset = harmless
        self.fields["known_good"].initial = newest(harmless)
        if not harmless:
            del self.fields["known_good"]


def newest(lists: Any) -> list[HashList]:
    """The newest version of each list by name."""
    found: dict[str, HashList] = {}
    for each in lists.order_by("imported"):
        found[each.name] = each
    return list(found.values())


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(
        label=_("What this unit thinks of the entry"),
        choices=[
            ("confirmed", _("it is what the list says")),
            ("disputed", _("it may not be what the list says")),
            ("withdrawn", _("it is not: match it no more")),
        ],
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("It goes into the file for the list's source: name nothing of a case."),
    )


class NegativeForm(forms.Form):
    sha256 = forms.CharField(label=_("SHA-256 of the picture"), max_length=64, required=False)
    pdq = forms.CharField(label=_("PDQ hash of the picture"), max_length=64, required=False)
    reason = forms.CharField(label=_("Why it is not what a list says"), max_length=300)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        given = {name: data.get(name, "").strip().lower() for name in ("sha256", "pdq")}
        for name, digest in given.items():
            if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
                self.add_error(name, _("64 signs, 0 to 9 and a to f."))
        if not any(given.values()):
            self.add_error("pdq", _("Give at least one of the two."))
        return data | given


class DecisionForm(forms.Form):
    """What becomes of an entry in quarantine."""

    decision = forms.ChoiceField(choices=[("lift", "lift"), ("close", "close")])
    reason = forms.CharField(max_length=300)
