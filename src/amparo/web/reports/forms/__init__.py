"""Intake forms: what the portal asks for each kind of report. Adding one = its module + its test + one line here."""

from typing import Final

from amparo.base import Registry
from amparo.web.reports.forms.abuse_material import ABUSE_MATERIAL
from amparo.web.reports.forms.base import Choice, IntakeForm, Question, QuestionKind, Wrong
from amparo.web.reports.forms.drugs import DRUGS
from amparo.web.reports.forms.grooming import GROOMING
from amparo.web.reports.forms.hacked_account import HACKED_ACCOUNT
from amparo.web.reports.forms.other import OTHER
from amparo.web.reports.forms.phishing import PHISHING
from amparo.web.reports.forms.ransomware import RANSOMWARE
from amparo.web.reports.forms.sextortion import SEXTORTION

__all__ = ["INTAKE_FORMS", "Choice", "IntakeForm", "Question", "QuestionKind", "Wrong"]

INTAKE_FORMS: Final[Registry[IntakeForm]] = Registry(
    "intake form",
    SEXTORTION,
    GROOMING,
    ABUSE_MATERIAL,
    HACKED_ACCOUNT,
    PHISHING,
    RANSOMWARE,
    DRUGS,
    OTHER,
)
