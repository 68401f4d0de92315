"""What can go wrong with lists, scans and reviews."""

from amparo.base import AmparoError, gettext_noop


class ListRefused(AmparoError):
    code = "W701"
    sentence = gettext_noop("The list was not imported: %(why)s.")
    advice = gettext_noop("Nothing of it was kept. Correct the file or the form and import it again.")


class ListMayNotMeet(AmparoError):
    """The exercise wall and the purpose wall."""

    code = "W702"
    sentence = gettext_noop("A list with the purpose “%(purpose)s” cannot be used in this agency.")
    advice = gettext_noop("Training lists belong into an agency of kind exercise, all other lists into a real one.")


class ReviewRefused(AmparoError):
    code = "W703"
    sentence = gettext_noop("Your review was not taken: %(why)s.")
    advice = gettext_noop("A second, different person must confirm; reload the page to see the match's state.")


class NothingToScan(AmparoError):
    code = "W704"
    sentence = gettext_noop("Exhibit %(exhibit)s cannot be scanned yet: %(why)s.")
    advice = gettext_noop("Wait until it is catalogued and choose at least one list.")


class NothingToGroup(AmparoError):
    code = "W721"
    sentence = gettext_noop("There are no unknown pictures to group: %(why)s.")
    advice = gettext_noop("Scan an exhibit first; what the scan saw of each picture is kept for this.")


class RevealNeedsReason(AmparoError):
    code = "W705"
    sentence = gettext_noop("To reveal this picture, say why you must see it.")
    advice = gettext_noop("Often the match can be judged from its digests alone.")


class QuarantineRefused(AmparoError):
    code = "W711"
    sentence = gettext_noop("The decision on this entry was not taken: %(why)s.")
    advice = gettext_noop("Reload the page to see how it stands.")


class OpinionRefused(AmparoError):
    code = "W712"
    sentence = gettext_noop("The opinion was not taken: %(why)s.")
    advice = gettext_noop("Give it on the page of a match with this list.")


class NegativeRefused(AmparoError):
    code = "W713"
    sentence = gettext_noop("The negative bank was not changed: %(why)s.")
    advice = gettext_noop("A second, different person must agree; reload the page to see how it stands.")


class PolicyRefused(AmparoError):
    code = "W722"
    sentence = gettext_noop("What this unit decided was not changed: %(why)s.")
    advice = gettext_noop("Nothing was changed. Correct the form and save it again.")


class LookupNotReadable(AmparoError):
    code = "W731"
    sentence = gettext_noop("What was sent cannot be looked up: %(why)s.")
    advice = gettext_noop("Send JSON as /api/v1/openapi.json describes: one item, or up to 1,000 of them in “items”.")


class LookupTooLarge(AmparoError):
    code = "W732"
    sentence = gettext_noop("What was sent is too large: more than %(limit)s %(unit)s.")
    advice = gettext_noop("Nothing was looked up. Send it in several parts.")


class ItemRefused(AmparoError):
    """One item; the others of its batch are looked up."""

    code = "W733"
    sentence = gettext_noop("Item %(item)s cannot be looked up: %(field)s %(why)s.")
    advice = gettext_noop(
        "Send md5 (32 signs), sha1 (40), sha256 (64) or pdq (64) in hexadecimal, or photodna (144 bytes in base64)."
    )


class NotThisPurpose(AmparoError):
    code = "W734"
    sentence = gettext_noop("This token is for “%(token)s”; lists with the purpose “%(purpose)s” are not open to it.")
    advice = gettext_noop("Ask the unit for a token of another purpose.")


class BudgetSpent(AmparoError):
    """`seconds`: until the span is over; the answer's Retry-After."""

    code = "W735"
    sentence = gettext_noop(
        "This token may look up %(limit)s hashes a %(span)s: %(spent)s are spent, %(asked)s more were asked for."
    )
    advice = gettext_noop("Nothing was looked up. Try again in %(seconds)s seconds, or with fewer at once.")
