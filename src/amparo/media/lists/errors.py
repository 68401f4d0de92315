"""What can be wrong with a list as a whole. In each case nothing of it may be kept."""

from amparo.base import AmparoError, gettext_noop


class TruncatedList(AmparoError):
    code = "M011"
    sentence = gettext_noop(
        "The list ends in the middle: %(records)s records were whole, then at byte %(offset)s %(why)s."
    )
    advice = gettext_noop("Get the file again. Nothing of it was stored; the version you have stays in use.")


class BrokenList(AmparoError):
    code = "M012"
    sentence = gettext_noop("The list breaks its own format at byte %(offset)s, after %(records)s records: %(why)s.")
    advice = gettext_noop(
        "Ask its source for a sound file. Nothing of it was stored; the version you have stays in use."
    )


class NotKnownGood(AmparoError):
    code = "M013"
    sentence = gettext_noop("%(name)s cannot serve as a list of known good files: %(why)s.")
    advice = gettext_noop("Use an NSRL or Sleuth Kit database, a hashlookup filter, or a list made for that purpose.")
    exit_code = 2
