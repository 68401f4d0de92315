"""What can go wrong with tips, beyond what the engine says itself."""

from amparo.base import AmparoError, gettext_noop


class DeliveryHereAlready(AmparoError):
    code = "Z301"
    sentence = gettext_noop("The same bytes were taken in before, as delivery %(number)s.")
    advice = gettext_noop("Open that delivery; importing it a second time would only double its tips.")


class NothingDelivered(AmparoError):
    code = "Z302"
    sentence = gettext_noop("There is nothing to import: no file was chosen, or it is empty.")
    advice = gettext_noop("Choose the zip, or the report, as the platform or clearing house delivered it.")


class NoTipInside(AmparoError):
    code = "Z303"
    sentence = gettext_noop("Delivery %(number)s holds nothing that reads as a tip.")
    advice = gettext_noop("It is kept as it came. Check that a report in XML, JSON or PDF lies in it.")


class TipStateDoesNotFollow(AmparoError):
    code = "Z304"
    sentence = gettext_noop("The tip is “%(before)s”, so it cannot become “%(after)s”.")
    advice = gettext_noop("Reload the page: a colleague may have changed it meanwhile.")


class TipInCaseAlready(AmparoError):
    code = "Z305"
    sentence = gettext_noop("Tip %(number)s is in a case already.")
    advice = gettext_noop("Open that case, or ask one of its members to add you.")
