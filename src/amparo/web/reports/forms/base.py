"""IntakeForm, Question: one kind of report as data, and how typed answers are checked and cleaned."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from amparo.base import clean_text, gettext_noop

#: Characters. A pasted address may be long (64 KB is seen in the wild); own words are for people to read.
SHORT: Final = 300
LONG: Final = 20_000
ADDRESSES: Final = 65_536
#: A picture written as text: a data: address, or a run of base64 that is no word and no link.
ENCODED_FILE: Final = re.compile(r"data:[\w.+-]*/[\w.+-]*[;,]|[A-Za-z0-9+/]{2000,}={0,2}", re.IGNORECASE)


class QuestionKind(StrEnum):
    SHORT = "short"  # one line
    LONG = "long"  # own words
    ADDRESSES = "addresses"  # links, profile names, wallets: one or many, pasted
    CHOICE = "choice"  # one of `choices`


LIMITS: Final = {QuestionKind.SHORT: SHORT, QuestionKind.LONG: LONG, QuestionKind.ADDRESSES: ADDRESSES}


class Choice(NamedTuple):
    value: str
    label: str


class Wrong(NamedTuple):
    """What is wrong with an answer, and how to put it right. `sentence` takes %(named)s `facts`."""

    sentence: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Question:
    """One screen. `name` is permanent (it stands in sealed answers). Nothing is required: a short report counts."""

    name: str
    kind: QuestionKind
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def limit(self) -> int:
        return LIMITS[self.kind]

    def clean(self, typed: str) -> str:
        """Return the typed answer as it is kept: no NUL, no lone surrogates, no spaces around."""
        return clean_text(typed).strip()

    def check(self, answer: str) -> Wrong | None:
        """Return what is wrong with a cleaned answer, or None."""
        if self.kind is QuestionKind.CHOICE:
            if answer and answer not in {choice.value for choice in self.choices}:
                return Wrong(gettext_noop("Choose one of the answers below."), {})
        elif len(answer) > self.limit:
            facts = {"limit": self.limit, "length": len(answer)}
            return Wrong(
                gettext_noop("This is too long: %(length)s signs. Shorten it to %(limit)s; the rest can follow later."),
                facts,
            )
        return None

    def shown(self, answer: str) -> str:
        """Return a choice's label (untranslated), or the answer itself."""
        return next((choice.label for choice in self.choices if choice.value == answer), answer)


@dataclass(frozen=True, slots=True)
class IntakeForm:
    """One kind of report. A change of questions is a new `version`; old answers keep theirs.

    `files` says whether evidence may be uploaded; it is False everywhere, and always False for abuse material, where
    `refuse_encoded` refuses pictures pasted as text too.
    `before` is advice shown on the first screen.
    """

    name: str
    version: int
    label: str  # what staff call it
    title: str  # what the reporter chooses by
    summary: str
    questions: tuple[Question, ...]
    before: tuple[str, ...] = ()
    files: bool = False
    refuse_encoded: bool = False
    example: Mapping[str, str] = field(default_factory=dict)

    def examples(self) -> list[Mapping[str, str]]:
        """Answers that the form accepts, each question answered by name."""
        return [self.example]

    def question(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.name == name), None)

    def clean(self, typed: Mapping[str, str]) -> dict[str, str]:
        """Return the answers to this form's questions, cleaned, empty ones left out, others dropped."""
        answers = {each.name: each.clean(typed.get(each.name, "")) for each in self.questions}
        return {name: answer for name, answer in answers.items() if answer}

    def check(self, question: Question, answer: str) -> Wrong | None:
        """Return what is wrong with one cleaned answer, or None."""
        if self.refuse_encoded and ENCODED_FILE.search(answer):
            return Wrong(
                gettext_noop("This holds a picture or file written as text. Please give only its address."), {}
            )
        return question.check(answer)

    def wrong(self, answers: Mapping[str, str]) -> dict[str, Wrong]:
        """Return what is wrong by question name; an entirely empty report is wrong at its first question."""
        found = {each.name: self.check(each, answers.get(each.name, "")) for each in self.questions}
        problems = {name: problem for name, problem in found.items() if problem is not None}
        if not problems and not any(answers.values()):
            sentence = gettext_noop("Nothing is filled in yet. Answer at least one question, in a few words.")
            problems[self.questions[0].name] = Wrong(sentence, {})
        return problems
