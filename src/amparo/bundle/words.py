"""The words of reports and READMEs, with their translations in catalogue/<language>.json (English sentence -> ours)."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from amparo.base import gettext_noop as _

LANGUAGES: Final = ("en", "es", "fr", "ar", "pt", "sw")
RIGHT_TO_LEFT: Final = frozenset({"ar"})

TITLE: Final = _("Court report")
EXERCISE: Final = _("EXERCISE. This is synthetic material made for training; nothing in it happened.")
CLAIMS: Final = _("This report claims nothing about guilt or ownership. Every sentence states how far it goes.")
LANGUAGE_NAMES: Final = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ar": "العربية",
    "pt": "Português",
    "sw": "Kiswahili",
}

LABELS: Final = {
    "case": _("Case"),
    "agency": _("Agency"),
    "issued": _("Issued"),
    "signed_by": _("Signed by"),
    "totals": _("What this bundle holds"),
    "keys": _("Keys"),
    "fingerprint": _("Fingerprint"),
    "holder": _("Holder"),
    "role": _("Role"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "revoked": _("Revoked"),
    "verify": _("How to check this bundle"),
    "notes": _("How the unit worked"),
    "findings": _("Findings"),
    "level": _("Level"),
    "how": _("How do we know?"),
    "tool": _("Tool"),
    "version": _("Version"),
    "parameters": _("Parameters"),
    "inputs": _("Inputs"),
    "output": _("Result (SHA-256)"),
    "recipe": _("Recipe"),
    "supports": _("What speaks for it"),
    "against": _("What speaks against it"),
    "known_error": _("Known error"),
    "cites": _("Items cited"),
    "author": _("Stated by"),
    "reviewers": _("Reviewed by"),
    "exhibits": _("Exhibits"),
    "number": _("Number"),
    "label": _("Label"),
    "kind": _("Kind"),
    "size": _("Size in bytes"),
    "sha256": _("SHA-256"),
    "authorisations": _("Authorisations"),
    "reference": _("Reference"),
    "issuer": _("Issued by"),
    "completeness": _("What became of every cited item"),
    "item": _("Item"),
    "state": _("State"),
    "cited_by": _("Cited by"),
    "ground": _("Ground"),
    "decided_by": _("Decided by"),
    "date": _("Date"),
    "custody": _("Who handled what"),
    "time": _("Time (UTC)"),
    "person": _("Person"),
    "action": _("Action"),
    "object": _("Object"),
    "reason": _("Reason"),
    "page": _("Page"),
}

LEVELS: Final = {
    "observed": _("Observed: bytes or rows that anyone can look at."),
    "derived": _("Derived: computed exactly from what was observed."),
    "inferred": _("Inferred: by a method with a known error."),
    "opinion": _("Opinion: a named person's judgement."),
}

STATES: Final = {
    "included": _("included"),
    "withheld": _("withheld"),
    "thumbnail_only": _("thumbnail only"),
}

GROUNDS: Final = {
    "restricted": _("restricted material"),
    "public-record": _("public record, not copied: it can be read again at its source"),
    "no-proof": _("public record, not copied, and no merkle proof of it is kept: it can be read again at its source"),
    "outside-authorisation": _("outside the authorisation"),
    "too-large": _("too large to copy; kept at the unit"),
}

AUTHORISATION_KINDS: Final = {
    "court-order": _("court order"),
    "statute": _("statute"),
    "consent": _("consent"),
    "complaint": _("complaint"),
    "urgency": _("urgency"),
}

EXHIBIT_KINDS: Final = {
    "folder": _("folder"),
    "zip": _("zip file"),
    "disk-image": _("disk image"),
    "file": _("single file"),
}

SENTENCES: Final = {
    "cited": _(
        "%(cited)s items are cited: %(included)s included, %(withheld)s withheld, %(thumbnails)s as a thumbnail only."
    ),
    "counts": _("Findings: %(findings)s. Exhibits: %(exhibits)s. Custody events: %(events)s."),
    "compare": _(
        "Compare these fingerprints with those that you got from the agency in another way: in person, on paper, by "
        "telephone. Only this comparison shows who made the bundle."
    ),
    "need": _("You need a computer with Python 3.8 or newer. You need no network and install nothing."),
    "verifier": _(
        "Take verify.py from the agency or from a published release of Amparo: whoever exchanges a bundle can exchange "
        "the verify.py inside it too. The SHA-256 of the right file is:"
    ),
    "run": _("Then run this, where BUNDLE is the folder or the zip file:"),
    "answers": _(
        "It says in one sentence whether the bundle is as it was signed. If it was changed, it names the file, and in "
        "the custody log the event."
    ),
    "finding": _("Finding %(number)s"),
    "no_recipe": _("Nothing was computed: a person looked and states it."),
    "rerun": _("Anyone can run this recipe again on the same inputs; the result must have the same digest."),
    "no_supports": _("Nothing further is recorded."),
    "no_against": _("The unit recorded nothing that speaks against it."),
    "exact": _("The step is exact; it has no error rate."),
    "no_error": _("No error rate is known."),
    "not_reviewed": _("Nobody has reviewed this finding."),
    "placeholder": _(
        "Restricted material. It is not shown here in any form; only its digest is given. The court and the defence "
        "can ask for a supervised view at the unit."
    ),
    "events_shown": _("%(shown)s of %(total)s events are printed here; custody.jsonl holds them all."),
    "head": _(
        "Every event holds the digest of the event before it, so that none can be changed alone. The last digest of "
        "the log %(log)s is:"
    ),
    "attached": _("The data files of the bundle are attached to the PDF report."),
    "nothing": _("None."),
    "larger": _("This picture is the whole at a glance; the last pages of this finding show it larger, part by part."),
}

#: Words of the report on a trace.
TRACE: Final = {
    # Sections.
    "asked": _("What was asked"),
    "assumptions": _("What the trace assumes"),
    "ends": _("What became of the amounts"),
    "stops": _("Where stop rules ended it"),
    "rules": _("All rules of this trace side by side"),
    "services": _("Services it reached: whom to ask"),
    "places reached": _("Where it ended"),
    "marks": _("Marked by hand"),
    "steps": _("Each step"),
    "joins": _("Joins: where money goes on in another ledger"),
    "problems": _("What is wrong with the records"),
    "whole result": _("The whole result"),
    "whole picture": _("The whole picture"),
    # Labels.
    "question": _("Question"),
    "trace": _("Trace"),
    "starts": _("Starts"),
    "left_out": _("Starts that no loaded block pays: not followed"),
    "direction": _("Direction"),
    "rule": _("Rule"),
    "meaning": _("What the rule means"),
    "law": _("What it is in law"),
    "stop rule": _("Stop rule"),
    "run by": _("Run by"),
    "blocks": _("Blocks"),
    "books": _("Books"),
    "fee": _("Fee policy"),
    "part": _("What became of it"),
    "places": _("Places"),
    "amount": _("Traced amount"),
    "held": _("Held"),
    "fees": _("Fees"),
    "stopped": _("Stopped"),
    "gap": _("Gap"),
    "service": _("Service"),
    "said by": _("Who says so"),
    "date": _("Date"),
    "address": _("Address"),
    "output": _("Output"),
    "transaction": _("Transaction"),
    "state": _("State"),
    "mark": _("Mark"),
    "place": _("Place"),
    "note": _("Note"),
    "highlight": _("Highlight"),
    "pin": _("Pinned next output"),
    "person": _("Person"),
    "time": _("Time (UTC)"),
    "hop": _("Hop"),
    "block": _("Block"),
    "fee paid": _("Fee of it"),
    "file": _("File"),
    "book": _("Book"),
    "line": _("File and line"),
    "problem": _("Problem"),
    "expected": _("Expected"),
    "found": _("Found"),
    "out": _("Leaves"),
    "into": _("Arrives"),
    "kind": _("Kind"),
    "level": _("Level"),
    "joined because": _("Why they are joined"),
    "accepted by": _("Accepted by, because"),
    "ledger": _("Ledger"),
    "account": _("Account"),
    "goes to": _("Goes to"),
    "from": _("From"),
    "to": _("To"),
    "record": _("Record"),
    # Sentences.
    "forward": _("Forward: where the money went"),
    "backward": _("Backward: where the money came from"),
    "chain": _("%(name)s: %(blocks)s blocks of the network %(network)s, the last one %(tip)s"),
    "no stop": _("None was asked for: it runs as far as the loaded data, and a limit of size, let it."),
    "stop hops": _("It ends after %(hops)s hops."),
    "stop floor": _("It ends where the traced amount falls below %(amount)s of the smallest unit."),
    "stop services": _("It ends at addresses that a tag calls a service."),
    "stop mixers": _("It ends at transactions that have the shape of a CoinJoin (a heuristic)."),
    "stop dormant": _("It ends where money lay still for more than %(days)s days."),
    "stop date": _("It ends at the date %(date)s."),
    "part claims": _("Followed from the start"),
    "part held": _("Held in unspent outputs"),
    "part fee": _("Paid as fees"),
    "part absorbed": _("Claimed before (absorbed)"),
    "part stopped": _("Stopped by a rule"),
    "part destroyed": _("Destroyed"),
    "part gap": _("Outside the loaded blocks (gap)"),
    "part minted": _("Newly made coins"),
    "adds up": _("The first line is the sum of all the others, to the smallest unit; without that there is no result."),
    "adds up accounts": _(
        "In each ledger and asset, what was followed from the start and what arrived over joins is the sum of all the "
        "other lines, to the smallest unit; without that there is no result."
    ),
    "preferred rule": _("%(rule)s (preferred by the case's law)"),
    "preferred": _("This finding uses the rule “%(used)s”: the case is set to it as the rule that its law prefers."),
    "other than preferred": _(
        "This finding uses the rule “%(used)s”; the case is set to “%(rule)s” as the rule that its law prefers."
    ),
    "tags said": _("That an address is a service's is the word of the source named beside it; nobody checked it here."),
    "by hand": _("These marks are a person's. They change nothing in what was computed."),
    "steps proven": _(
        "“What became of every cited item” says of each transaction whether its raw bytes and merkle proof stand in "
        "this bundle; verify.py checks those."
    ),
    "cut": _("%(shown)s of %(total)s rows are printed here; the file %(file)s holds them all."),
    "whole": _("These files hold every row, as it was computed. The SHA-256 of each is the result its recipe names."),
    "opening least": _("Where an opening balance is not known, the least one that the lines allow was taken."),
    "opening gap": _("Where an opening balance is not known, what can not be told is booked as gap."),
    "no proof of accounts": _("Account ledgers have no merkle proofs: the cited records themselves are the ground."),
    "stores": _(
        "The stores that the trace ran over are not in this bundle; the recipe names their digests. To run it again, "
        "read the cited records with Amparo, or ask the unit for its stores."
    ),
    "level and confidence observed": _("observed (confidence %(confidence)s of 100)"),
    "level and confidence derived": _("derived (confidence %(confidence)s of 100)"),
    "level and confidence inferred": _("inferred (confidence %(confidence)s of 100)"),
    "sheets cut": _("%(shown)s of %(total)s pages of the picture are printed here."),
}

#: Roles as custody events and keys name them; an unknown one is printed as it is.
ROLES: Final = {
    "analyst": _("Analyst"),
    "investigator": _("Investigator"),
    "supervisor": _("Supervisor"),
    "prosecutor": _("Prosecutor"),
    "court-expert": _("Court expert"),
    "judge-defence": _("Judge or defence"),
    "trainer": _("Trainer"),
    "learner": _("Learner"),
    "overseer": _("Overseer"),
    "administrator": _("Administrator"),
    "reporter": _("Reporter"),
    "system": _("System"),
    "agency": _("Agency"),
}

README: Final = {
    "title": _("This is a court bundle."),
    "report": _("Read data/report.html, or a PDF report in your language in data/."),
    "data": _("The other files in data/ are the same facts for computers. Change nothing: every byte is signed."),
}


def all_words() -> list[str]:
    """Every English sentence of this module, for the test that each language has them all."""
    groups = (LABELS, LEVELS, STATES, GROUNDS, AUTHORISATION_KINDS, EXHIBIT_KINDS, ROLES, SENTENCES, TRACE, README)
    return [TITLE, EXERCISE, CLAIMS, *(words for group in groups for words in group.values())]


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = Path(__file__).with_name("catalogue") / f"{language}.json"
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words


def own_translate(language: str, sentence: str) -> str:
    """Return `sentence` in `language` from our own files; in English where we have no translation.

    A sentence that stays English is still true and complete; a missing one would not be.
    """
    if language == "en":
        return sentence
    return _catalogue(language).get(sentence, sentence)
