"""What an officer may do next with a tip, as short advice. It is a reminder, not an order."""

from collections.abc import Iterator, Sequence
from typing import Final

from amparo.base import gettext_noop
from amparo.web.tips.models import Tip, TipFile

DANGER: Final = gettext_noop(
    "A child may be in danger now: read it first, and start what your country has for emergencies."
)
LINKED: Final = gettext_noop("The same was seen in a case of this unit: speak with the colleagues before you act.")
DUPLICATE: Final = gettext_noop("It is known already: work with the tip it repeats.")
PORT: Final = gettext_noop(
    "Ask the access provider soon who used the IP address, with port and time: such records are deleted early."
)
PRESERVE: Final = gettext_noop("Ask the platform to preserve the account while you prepare a request.")
FOREIGN: Final = gettext_noop(
    "Another agency is named with a reference of its own: contact it, and never take its number for ours."
)
UNVIEWED: Final = gettext_noop(
    "Files that nobody viewed stay closed: take the tip into a case and enter the authorisation that opens them."
)
MISSING: Final = gettext_noop("Files are missing: ask the sender for them before you close the tip.")
NOTHING: Final = gettext_noop("If there is nothing to act on, close it with “no action” and say why.")


def next_steps(tip: Tip, files: Sequence[TipFile], has_case: bool) -> list[str]:
    """Sentences (untranslated), the most urgent first."""
    return list(_steps(tip, files, has_case))


def _steps(tip: Tip, files: Sequence[TipFile], has_case: bool) -> Iterator[str]:
    people = [*tip.fields.get("reported", []), *tip.fields.get("victims", [])]
    if tip.is_danger and not tip.is_over:
        yield DANGER
    if tip.duplicate_of_id is not None:
        yield DUPLICATE
    if has_case:
        yield LINKED
    if any(each.get("port") for person in people for each in person.get("ips", [])):
        yield PORT
    if any(person.get("user_ids") or person.get("screen_names") for person in people):
        yield PRESERVE
    if tip.foreign_reference:
        yield FOREIGN
    if tip.case_id is None and any(each.sha256 and not each.viewed_by_provider for each in files):
        yield UNVIEWED
    if tip.missing_files:
        yield MISSING
    if not tip.is_over and not tip.is_danger:
        yield NOTHING
