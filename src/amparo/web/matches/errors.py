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
