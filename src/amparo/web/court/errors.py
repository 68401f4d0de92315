"""What can go wrong with findings and bundles."""

from amparo.base import AmparoError, gettext_noop


class NotConfirmed(AmparoError):
    code = "W901"
    sentence = gettext_noop("This match is not confirmed, so it cannot become a finding.")
    advice = gettext_noop("Have it reviewed as the agency's policy asks, then it becomes a finding by itself.")


class NoSum(AmparoError):
    code = "W904"
    sentence = gettext_noop("A trace by the rule “%(rule)s” says what was reached; its amounts make no sum.")
    advice = gettext_noop("Keep the trace by a rule whose amounts add up, and show this one beside it.")


class NotOfThisCase(AmparoError):
    code = "W905"
    sentence = gettext_noop("The finding %(finding)s belongs to another case than this element.")
    advice = gettext_noop("Put under an element what was found in its own case.")


class NothingToBundle(AmparoError):
    code = "W902"
    sentence = gettext_noop("Case %(case)s has no finding yet, so there is nothing to put before a court.")
    advice = gettext_noop("Confirm a match or keep a trace as a finding first.")


class WithdrawalNeedsReason(AmparoError):
    code = "W907"
    sentence = gettext_noop("To withdraw a finding, say why.")
    advice = gettext_noop("The reason stands in the custody log, where a court can read it.")


class NotAReader(AmparoError):
    code = "W903"
    sentence = gettext_noop("%(username)s cannot be given a bundle to read.")
    advice = gettext_noop("Choose an active person of this agency with a role that reads bundles.")


class BundleClosed(AmparoError):
    """It was signed before the material was marked, so it holds a copy of it."""

    code = "W906"
    sentence = gettext_noop("Bundle %(bundle)s holds a copy of what was marked as restricted later: it leaves no more.")
    advice = gettext_noop("Build a new bundle: it says that the item is withheld, with its digest.")
