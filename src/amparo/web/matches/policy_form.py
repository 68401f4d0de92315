"""The form of what a unit decided, in groups; who may not change it reads the same in words."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.base import clean_text
from amparo.media.labels import label_sets
from amparo.web.accounts.models import Agency
from amparo.web.common.home import home
from amparo.web.matches.policy import BOUNDS, DEFAULTS, HELP_LENGTH, policy

#: Heading -> the keys below it, in the page's order.
GROUPS: Final = (
    (_("Who confirms"), ("match_confirmations", "known_confirmed")),
    (_("How it is reviewed"), ("label_set", "break_prompts", "break_reveals", "break_minutes", "staff_help")),
    (_("How lists are matched"), ("flood_limit", "match_later")),
    (_("What a token may look up"), ("lookup_minute", "lookup_day")),
)
PERSONS: Final = (
    (1, _("one person alone: weaker, and every court bundle says so")),
    (2, _("two different persons (usual)")),
    (3, _("three different persons")),
    (4, _("four different persons")),
    (5, _("five different persons")),
)


def _number(name: str, label: Any, help_text: Any = "") -> forms.IntegerField:
    low, high = BOUNDS[name]
    return forms.IntegerField(label=label, min_value=low, max_value=high, help_text=help_text)


def _choice(label: Any, choices: Any, coerce: Any = str, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=coerce, help_text=help_text, widget=forms.RadioSelect
    )


def _is_yes(value: Any) -> bool:
    return str(value) == "True"


class PolicyForm(forms.Form):
    """Its fields are the keys of DEFAULTS, and the reason."""

    match_confirmations = _choice(
        _("A match is confirmed by"),
        PERSONS,
        int,
        _("One person errs more often than two, and nobody notices. With one, a picture needs no second person for the "
          "negative bank either."),
    )  # fmt: skip
    known_confirmed = _choice(
        _("Bytes that were confirmed before"),
        [(True, _("are known: nobody has to look again")), (False, _("are judged again in each case"))],
        _is_yes,
    )
    label_set = _choice(
        _("Words for what a picture shows"), [], help_text=_("The number keys of the review give them.")
    )
    break_prompts = _choice(
        _("Breaks"), [(True, _("are suggested")), (False, _("are not suggested"))], _is_yes,
        _("A suggestion only: nobody is stopped, and nobody else sees it."),
    )  # fmt: skip
    break_reveals = _number("break_reveals", _("Suggest one after so many revealed pictures"))
    break_minutes = _number("break_minutes", _("Or after so many minutes in one go"))
    staff_help = forms.CharField(
        label=_("Whom to call if the work weighs on somebody"),
        max_length=HELP_LENGTH,
        required=False,
        help_text=_("A name and a telephone number. The page that suggests a break shows it."),
    )
    flood_limit = _number(
        "flood_limit",
        _("An entry is held back above so many different pictures of an exhibit"),
        _("Blank walls and logos match too much. A person then decides about the entry once, instead of many times."),
    )
    match_later = _choice(
        _("A list that comes later"),
        [
            ("ask", _("is matched against what was scanned before when somebody asks for it")),
            ("always", _("is matched against what was scanned before by itself")),
        ],
        help_text=_("The media are not read again. Authorisations are asked anew either way."),
    )
    lookup_minute = _number("lookup_minute", _("Hashes in a minute"))
    lookup_day = _number("lookup_day", _("Hashes in a day, by UTC"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stands in the unit's log, and where one person confirms, in bundles."),
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        now = {name: policy(agency, name) for name in DEFAULTS}
        super().__init__(*args, initial=now, **kwargs)
        self.fields["label_set"].choices = [(name, name) for name in sorted(label_sets(home() / "labels"))]

    def groups(self) -> "Iterator[Group]":
        for title, names in GROUPS:
            yield Group(title, [self[name] for name in names])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("lookup_minute", 0) > data.get("lookup_day", data.get("lookup_minute", 0)):
            self.add_error("lookup_day", _("A day's budget is at least a minute's."))
        return data

    def decision(self) -> dict[str, Any]:
        """Keywords for `set_policy`: every key, whether it was changed or not."""
        wanted = {name: self.cleaned_data[name] for name in DEFAULTS}
        wanted["staff_help"] = clean_text(wanted["staff_help"]).strip()
        return {"wanted": wanted, "reason": self.cleaned_data["reason"]}

    def told(self, name: str, value: Any) -> str:
        """A value of the key `name` in words."""
        choices = getattr(self.fields[name], "choices", None)
        if choices is not None:
            return str(next((words for code, words in choices if code == value), value))
        return number_format(value, force_grouping=True) if isinstance(value, int) else value or gettext("not set")


class Group(NamedTuple):
    title: Any
    fields: list[forms.BoundField]
