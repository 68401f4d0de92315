"""Statements of banks, mobile money and exchanges, read into transfers, opening balances and problems.

STATEMENTS: the forms they come in. Every defect is said with file and line; nothing is guessed silently.
"""

from amparo.ledger.statements.forms import STATEMENTS, form_of
from amparo.ledger.statements.guess import Guess, guess_profile
from amparo.ledger.statements.load import StatementFile, StatementLoad, load_statements, read_file
from amparo.ledger.statements.profile import Profile, profile_from, profiles, read_profile
from amparo.ledger.statements.records import Options, Place, Problem, Read, StatementExample, StatementForm
from amparo.ledger.statements.report import FileReport, StatementNote, StatementReport, notes_on

__all__ = [
    "STATEMENTS",
    "FileReport",
    "Guess",
    "Options",
    "Place",
    "Problem",
    "Profile",
    "Read",
    "StatementExample",
    "StatementFile",
    "StatementForm",
    "StatementLoad",
    "StatementNote",
    "StatementReport",
    "form_of",
    "guess_profile",
    "load_statements",
    "notes_on",
    "profile_from",
    "profiles",
    "read_file",
    "read_profile",
]
