"""One question as a Django form, so that portal and desk draw fields and errors alike."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amparo.base import clean_text
from amparo.web.reports.forms import Question, QuestionKind, Wrong

_PLAIN = {"autocomplete": "off", "dir": "auto"}
_ADDRESS = {**_PLAIN, "autocapitalize": "none", "spellcheck": "false"}


def _field(question: Question) -> forms.Field:
    words: dict[str, Any] = {"label": _(question.label), "required": True}
    if question.hint:
        words["help_text"] = _(question.hint)
    if question.kind is QuestionKind.CHOICE:
        choices = [(choice.value, _(choice.label)) for choice in question.choices]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)
    widgets: dict[QuestionKind, forms.Widget] = {
        QuestionKind.SHORT: forms.TextInput(attrs=_PLAIN),
        QuestionKind.LONG: forms.Textarea(attrs={**_PLAIN, "rows": 6}),
        QuestionKind.ADDRESSES: forms.Textarea(attrs={**_ADDRESS, "rows": 4}),
    }
    return forms.CharField(widget=widgets[question.kind], **words)


class AnswerForm(forms.Form):
    """Shows one question. Checking is the intake form's; `wrong` puts what it found at the field."""

    use_required_attribute = False

    def __init__(self, question: Question, answer: str, wrong: Wrong | None = None) -> None:
        super().__init__({"answer": answer} if wrong else None, initial={"answer": answer})
        self.fields["answer"] = _field(question)
        if wrong is not None:
            self.full_clean()
            self.errors.clear()
            self.add_error("answer", _(wrong.sentence) % wrong.facts)


class CleanCharField(forms.CharField):
    """Text without NUL and lone surrogates, instead of an error about them."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return clean_text(text).strip() if isinstance(text, str) else text


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Your code"),
        help_text=gettext_lazy("20 letters and digits. Small letters, spaces and hyphens don't matter."),
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )
    use_required_attribute = False


class LastFourForm(forms.Form):
    last_four = forms.CharField(
        label=gettext_lazy("Type the last four signs of your code"),
        help_text=gettext_lazy("So that we both know you have kept it. It can't be found again if it is lost."),
        widget=forms.TextInput(
            attrs={"class": "code short", "autocomplete": "off", "autocapitalize": "characters", "dir": "ltr"}
        ),
    )
    use_required_attribute = False


class MessageForm(forms.Form):
    text = CleanCharField(
        label=gettext_lazy("Write to us"),
        help_text=gettext_lazy("What is new, or the answer to our question. Please don't send pictures."),
        max_length=5000,
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 5}),
        error_messages={"required": gettext_lazy("Write a few words first.")},
    )
    use_required_attribute = False
