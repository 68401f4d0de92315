"""Ransomware and malware. Field set: note, file ending, wallet, contact address, systems, when seen, backups."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import Choice, IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import CONTACT, DANGER, WHEN, WORDS

RANSOMWARE: Final = IntakeForm(
    name="ransomware",
    version=1,
    label=gettext_noop("Ransomware, malware"),
    title=gettext_noop("A virus, or files that no longer open and a demand for money"),
    summary=gettext_noop("Ransomware, a locked phone, programs you did not install."),
    before=(
        gettext_noop("Take the device off the network, but leave it switched on and don't delete anything."),
        gettext_noop("Take a photo of the note on the screen for yourself. Don't pay before you have talked to us."),
    ),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("What does the note say?"),
            gettext_noop(
                "Copy the text, the payment address, and the mail address or page of the people who wrote it."
            ),
        ),
        Question(
            "systems",
            QuestionKind.SHORT,
            gettext_noop("What is hit?"),
            gettext_noop("For example: my phone; or 12 computers of a clinic, and the ending of the files."),
        ),
        Question(
            "backups",
            QuestionKind.CHOICE,
            gettext_noop("Is there a copy of the files somewhere else?"),
            "",
            (
                Choice("yes", gettext_noop("Yes")),
                Choice("no", gettext_noop("No")),
                Choice("unknown", gettext_noop("I don't know")),
            ),
        ),
        WORDS,
        WHEN,
        DANGER,
        CONTACT,
    ),
    example={
        "where": "All your files are encrypted. Pay to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, mail help@unlock.example",
        "systems": "three office computers, files end in .locked",
        "backups": "no",
    },
)
