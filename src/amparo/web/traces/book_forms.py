"""The form beside a statement: what the file itself does not say."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.ledger.accounts.rules import ACCOUNT_RULES
from amparo.ledger.statements import profiles
from amparo.web.cases.models import Case
from amparo.web.traces.books import FORM_WORDS, Reading
from amparo.web.traces.forms import rule_words
from amparo.web.traces.models import Book


class StatementForm(forms.Form):
    reader = forms.ChoiceField(label=_("What it is"), choices=[])
    profile = forms.ChoiceField(
        label=_("How its columns are written"),
        required=False,
        choices=[],
        help_text=_("Only for tables. Dates such as 01/02/2026 mean different days in different countries: ask."),
    )
    account = forms.CharField(
        label=_("Account"), required=False, max_length=80, help_text=_("If the file does not say.")
    )
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=12, help_text=_("If the file does not say. For example KES.")
    )
    service = forms.CharField(
        label=_("Bank, operator or exchange"), required=False, max_length=80, help_text=_("Whose records these are.")
    )
    zone = forms.CharField(
        label=_("Time zone"), required=False, max_length=60, help_text=_("If the file does not say. Africa/Nairobi.")
    )
    book = forms.ModelChoiceField(
        label=_("Read it into"),
        required=False,
        queryset=Book.objects.none(),
        empty_label=_("a new book"),
        help_text=_("A further statement of the same account belongs into its book."),
    )
    name = forms.CharField(label=_("What to call a new book"), required=False, max_length=120)

    def __init__(self, *args: Any, case: Case, reading: Reading, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["book"].queryset = Book.objects.filter(case=case)
        forms_known = [(name, gettext(words)) for name, words in FORM_WORDS.items()]
        self.fields["reader"].choices = forms_known
        self.fields["reader"].initial = reading.form or "table"
        likely = [guess.profile.name for guess in reading.guesses]
        ordered = [*likely, *(name for name in profiles() if name not in likely)]
        self.fields["profile"].choices = [("", "—"), *((name, profiles()[name].title) for name in ordered)]
        sure = len(likely) == 1 or (likely and not reading.guesses[0].ambiguous)
        self.fields["profile"].initial = likely[0] if sure else ""

    def asked(self) -> dict[str, Any]:
        """What stands beside the file, without what was left empty."""
        names = ("profile", "account", "currency", "service", "zone")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}


class AccountTraceForm(forms.Form):
    seed = forms.CharField(
        label=_("Start from"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "dir": "ltr"}),
        max_length=200_000,
        help_text=_("One a line: an account as its book names it, or one transfer, copied from the lines of a book."),
    )
    side = forms.ChoiceField(
        label=_("What of an account is followed"),
        choices=[
            ("received", _("what it received")),
            ("sent", _("what it sent")),
            ("balance", _("what it held at first")),
        ],
        initial="received",
    )
    question = forms.CharField(label=_("What is asked"), max_length=300, required=False)
    rules = forms.MultipleChoiceField(label=_("By these rules"), widget=forms.CheckboxSelectMultiple, choices=[])
    at_services = forms.BooleanField(
        label=_("Stop at services"),
        help_text=_("Exchanges and others that a tag names: what leaves them is not what came in."),
        required=False,
        initial=True,
    )
    unknown = forms.ChoiceField(
        label=_("Where no opening balance is known"),
        choices=[
            ("least", _("take the least that the lines allow, as untraced money")),
            ("gap", _("book what leaves as a gap")),
        ],
        initial="least",
    )
    max_hops = forms.IntegerField(label=_("Stop after this many hops"), required=False, min_value=1, max_value=100000)
    until = forms.DateField(
        label=_("Do not go beyond this day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rules"].choices = [(rule.name, rule_words(rule.name)) for rule in ACCOUNT_RULES]
        self.fields["rules"].initial = [case.preferred_rule, "haircut"]
