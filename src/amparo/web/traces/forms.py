"""Forms: load blocks, import tags, ask for a trace."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.base import gettext_noop
from amparo.ledger import CONFIDENCE, TAINT_RULES
from amparo.web.cases.models import Case
from amparo.web.traces.models import ChainWindow
from amparo.web.traces.tags import SERVICES


class LoadForm(forms.Form):
    file = forms.FileField(label=_("Block file or raw block"))
    name = forms.CharField(label=_("What to call it"), max_length=120)
    window = forms.CharField(
        label=_("Declared window"),
        required=False,
        max_length=120,
        help_text=_(
            "For a part of a chain: name the part. Outputs spent in it may then be missing, and traces say so."
        ),
    )


class AppendForm(forms.Form):
    file = forms.FileField(
        label=_("Block file or raw block"),
        help_text=_("The blocks that follow; what is there already is passed over."),
    )


class TagForm(forms.Form):
    file = forms.FileField(label=_("TagPack (YAML) or list of addresses (text)"))
    label = forms.CharField(
        label=_("Label, for a list of addresses"),
        max_length=120,
        required=False,
        help_text=_("A TagPack brings its own."),
    )
    currency = forms.CharField(label=_("Currency, for a list of addresses"), max_length=12, required=False)
    source = forms.CharField(label=_("Who published it, for a list of addresses"), max_length=200, required=False)


class RatesForm(forms.Form):
    file = forms.FileField(
        label=_("File of rates"),
        help_text=_("Columns day, asset, fiat, price and source; or the ECB's eurofxref-hist.csv."),
    )
    name = forms.CharField(label=_("What to call it"), max_length=120)
    source = forms.CharField(label=_("Who published it"), max_length=200)
    fiat = forms.CharField(label=_("Value amounts in"), max_length=12, help_text=_("A currency, for example EUR."))


class OwnTagForm(forms.Form):
    address = forms.CharField(label=_("Address"), max_length=120)
    currency = forms.CharField(label=_("Currency"), max_length=12, initial="BTC")
    label = forms.CharField(label=_("Label"), max_length=300, help_text=_("What the address is, never whose fault."))
    category = forms.ChoiceField(
        label=_("Kind of service"),
        required=False,
        choices=[("", "—"), *((each, each) for each in SERVICES)],
        help_text=_("Traces stop at services, if they are asked to."),
    )
    tagged_actor = forms.CharField(label=_("Name of the service"), max_length=80, required=False)
    confidence = forms.ChoiceField(
        label=_("How sure"), choices=[(each, each) for each in CONFIDENCE], initial="forensic_investigation"
    )
    source = forms.CharField(
        label=_("Ground"), widget=forms.Textarea, help_text=_("The document, answer or observation it rests on.")
    )


#: What a rule says, in a line.
RULES: Final = {
    "fifo": gettext_noop("what came in first goes out first"),
    "lifo": gettext_noop("what came in last goes out first"),
    "tiho": gettext_noop("traced money goes out first, into the largest output"),
    "haircut": gettext_noop("each output and the fee get their proportion"),
    "libr": gettext_noop("what is traced is at most the lowest balance since it came in"),
    "poison": gettext_noop("every output that was touched, whole; its amounts make no sum"),
}


def rule_words(name: str) -> str:
    return f"{name}: {gettext(RULES[name])}" if name in RULES else name


class TraceForm(forms.Form):
    chain = forms.ModelChoiceField(label=_("In these blocks"), queryset=ChainWindow.objects.none())
    seed = forms.CharField(
        label=_("Start from"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "dir": "ltr"}),
        max_length=200_000,
        help_text=_("One a line: an address, a transaction id, txid:output, or height:position."),
    )
    question = forms.CharField(label=_("What is asked"), max_length=300, required=False)
    rules = forms.MultipleChoiceField(label=_("By these rules"), widget=forms.CheckboxSelectMultiple, choices=[])
    at_services = forms.BooleanField(
        label=_("Stop at services"),
        help_text=_("Exchanges and others that a tag names: what leaves them is not what came in."),
        required=False,
        initial=True,
    )
    at_mixers = forms.BooleanField(
        label=_("Stop at CoinJoins"),
        help_text=_("Transactions with the shape of a mix of several people's money."),
        required=False,
        initial=True,
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[("forward", _("onward: where it went")), ("backward", _("back: where it came from"))],
        initial="forward",
        required=False,
    )
    max_hops = forms.IntegerField(label=_("Stop after this many hops"), required=False, min_value=1, max_value=100000)
    floor = forms.IntegerField(label=_("Stop below this amount (satoshi)"), required=False, min_value=1)
    dormant_days = forms.IntegerField(
        label=_("Stop where money lay still for more than this many days"), required=False, min_value=1, max_value=10000
    )
    until = forms.DateField(
        label=_("Do not go beyond this day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Onward: the last day to follow. Back: the first one."),
    )

    def clean_direction(self) -> str:
        return self.cleaned_data["direction"] or "forward"

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chain"].queryset = chains = ChainWindow.of(case.agency)
        if len(chains) == 1:
            self.fields["chain"].initial = chains[0]
        self.fields["rules"].choices = [(rule.name, rule_words(rule.name)) for rule in TAINT_RULES]
        self.fields["rules"].initial = [case.preferred_rule, "haircut"]
