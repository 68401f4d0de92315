"""What can be wrong with tags that are written, and with packs of actors."""

from amparo.base import AmparoError, gettext_noop


class NotAnActorPack(AmparoError):
    code = "L250"
    sentence = gettext_noop("%(file)s is not a pack of actors: it has no %(field)s.")
    advice = gettext_noop("A pack of actors has a title, a creator and a list of actors.")


class TooManyParts(AmparoError):
    code = "L251"
    sentence = gettext_noop("%(file)s holds more than %(limit)s values.")
    advice = gettext_noop("Split the pack and import the parts.")


class WrongDate(AmparoError):
    code = "L252"
    sentence = gettext_noop("“%(value)s” in %(place)s is not a date.")
    advice = gettext_noop("Write dates as 2026-11-24. Nothing was imported: each tag would have taken this date over.")


class TagIncomplete(AmparoError):
    code = "L253"
    sentence = gettext_noop("A tag of your own needs %(field)s.")
    advice = gettext_noop("Say what it is on, what it says, where that is known from and who looked at it.")
    exit_code = 2


class WordUnknown(AmparoError):
    code = "L254"
    sentence = gettext_noop("“%(word)s” is not a word of confidence.")
    advice = gettext_noop("Take one of the vocabulary: %(known)s.")
    exit_code = 2
