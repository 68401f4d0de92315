"""What can go wrong with findings and bundles."""

from amparo.base import AmparoError, gettext_noop


class NotConfirmed(AmparoError):
    code = "W901"
    sentence = gettext_noop("This match is not confirmed, so it cannot become a finding.")
    advice = gettext_noop("Have it reviewed as the agency's policy asks, then it becomes a finding by itself.")


class NothingToBundle(AmparoError):
    code = "W902"
    sentence = gettext_noop("Case %(case)s has no finding yet, so there is nothing to put before a court.")
    advice = gettext_noop("Confirm a match or keep a trace as a finding first.")


class NotAReader(AmparoError):
    code = "W903"
    sentence = gettext_noop("%(username)s cannot be given a bundle to read.")
    advice = gettext_noop("Choose an active person of this agency with a role that reads bundles.")
